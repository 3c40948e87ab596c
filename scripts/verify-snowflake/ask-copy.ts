import type { Row } from "../../src/adapters/snowflake/statement.ts";
import { fragment, type SqlFragment } from "../../src/sql/render.ts";
import type { Bench } from "./bench.ts";
import { type Probe, probeColumns } from "./probe-files.ts";
import type { Question } from "./question.ts";
import { renderVerifySql } from "./render-verify-sql.ts";
import { begin, clearHot, commit, countHot, readOutcome, renderCopy, rollback } from "./say.ts";

/** COPY of all columns, as load says it: answers are checked by the adapter. */
async function loadProbe({ warehouse, table }: Bench, probe: Probe): Promise<void> {
  await warehouse.transact(table, (transaction) => transaction.copy(probe));
}

/** Copies a file whose rows are not what its columns say. */
async function loadBad(bench: Bench, generation: string, type: "STRING", values: Record<string, unknown>) {
  const [column] = Object.keys(values);
  const columns = probeColumns.map((one) => (one.name === column ? { ...one, type } : one));
  const row = { event_id: "d".repeat(32), ...values };
  const bad = await bench.write({ day: "2026-11-22", generation, files: [[row]], columns });
  const outcome = await readOutcome(loadProbe(bench, { ...bad, columns: probeColumns }));
  await clearHot(bench);
  return outcome;
}

async function readKeys({ session }: Bench, values: string, relation: SqlFragment): Promise<string[]> {
  const rows = await session.run(renderVerifySql("read-keys", { values: fragment(values), relation }));
  return rows.flatMap(({ KEYS }) => (KEYS == null ? [] : [KEYS]));
}

export const hasNullMember = async (bench: Bench, values: string, relation: SqlFragment) =>
  (await readKeys(bench, values, relation)).some((keys) => keys.includes("language"))
    ? "it is there, as a JSON null"
    : "it is left out";

/** Whether the row that `read-values` looks for is in a relation as it was written. */
export async function compareValues({ session }: Bench, relation: SqlFragment): Promise<string> {
  const [row] = await session.run(renderVerifySql("read-values", { relation }));
  if (row === undefined) return "the row is not there";
  const other = Object.entries(row).filter(([, isEqual]) => isEqual !== "true");
  return other.length === 0 ? "all of them" : `other values in ${other.map(([name]) => name).join(", ")}`;
}

const describeKnown = ([row]: Row[]) =>
  row?.file == null ? `one row: ${Object.keys(row ?? {}).join(", ")}` : (row.status ?? "");

export const copyQuestions: readonly Question[] = [
  {
    about:
      "INFER_SCHEMA names top-level columns as they are written, and COPY with a SELECT counts what footers count",
    assumed: ["as the manifest says"],
    ask: async (bench) => {
      const { first } = bench.probes;
      await loadProbe(bench, first);
      const measures = await bench.warehouse.measureHot(bench.table, "all");
      const isEqual = JSON.stringify(measures) === JSON.stringify([first.measure]);
      return isEqual ? "as the manifest says" : JSON.stringify(measures);
    },
  },
  {
    about: "values of every type arrive as they were written (USE_VECTORIZED_SCANNER, USE_LOGICAL_TYPE)",
    assumed: ["all of them"],
    ask: (bench) => compareValues(bench, bench.names.hot),
  },
  {
    about: "a NULL member of a STRUCT that is cast to OBJECT",
    assumed: ["it is there, as a JSON null", "it is left out"],
    ask: (bench) => hasNullMember(bench, '"DEVICE"', bench.names.hot),
  },
  {
    about: "COPY's answer has a row for each file, one without rows too, and `file` ends in the file's name",
    assumed: ["2 LOADED g1-00000.parquet, 0 LOADED g1-00001.parquet"],
    ask: async (bench) => {
      await clearHot(bench);
      const rows = await bench.session.run(renderCopy(bench, "copy", bench.probes.first));
      const told = rows.map(
        ({ file, status, rows_loaded }) => `${rows_loaded} ${status} ${file?.split("/").at(-1)}`,
      );
      return told.sort().reverse().join(", ");
    },
  },
  {
    about: "what COPY without FORCE says where all files were loaded before",
    assumed: ["one row: status", "LOAD_SKIPPED"],
    ask: async (bench) =>
      describeKnown(await bench.session.run(renderCopy(bench, "copy-known", bench.probes.first))),
  },
  {
    about: "FORCE loads what was loaded before",
    assumed: ["4 rows"],
    ask: async (bench) => {
      await bench.session.run(renderCopy(bench, "copy", bench.probes.first));
      const rows = await countHot(bench, bench.probes.first);
      await clearHot(bench);
      return `${rows} rows`;
    },
  },
  {
    about: "FORCE takes a file that another COPY has loaded and not committed",
    assumed: ["both are there"],
    ask: (bench) =>
      bench.withSessions([{}, {}], async (sessions) => {
        for (const session of sessions) await begin(session);
        for (const session of sessions) await session.run(renderCopy(bench, "copy", bench.probes.second));
        for (const session of sessions) await commit(session);
        const rows = await countHot(bench, bench.probes.second);
        await clearHot(bench);
        return rows === 2 ? "both are there" : `${rows} rows`;
      }),
  },
  {
    about: "what was loaded is forgotten with a transaction that is rolled back",
    assumed: ["LOADED"],
    ask: (bench) =>
      bench.withSessions([{}], async ([own]) => {
        const row = { event_id: "e".repeat(32) };
        const fresh = await bench.write({ day: "2026-11-22", generation: "k1", files: [[row]] });
        const copy = renderCopy(bench, "copy-known", fresh);
        await begin(own!);
        await own!.run(copy);
        await rollback(own!);
        const [told] = await own!.run(copy);
        await clearHot(bench);
        return told?.status ?? "";
      }),
  },
  {
    about: "a name that stands twice in FILES is loaded once",
    assumed: ["1 row"],
    ask: async (bench) => {
      const name = "g2-00000.parquet";
      await bench.session.run(renderCopy(bench, "copy", bench.probes.second, [name, name]));
      const rows = await countHot(bench, bench.probes.second);
      await clearHot(bench);
      return `${rows} row${rows === 1 ? "" : "s"}`;
    },
  },
  {
    about: "a file of FILES that is not there fails the statement",
    assumed: ["091016"],
    ask: ({ session, ...bench }) =>
      readOutcome(
        session.run(renderCopy({ session, ...bench }, "copy", bench.probes.second, ["gone.parquet"])),
      ),
  },
  {
    about: "more than 1,000 names in FILES are refused",
    assumed: ["001138"],
    ask: ({ session, ...bench }) => {
      const names = Array.from({ length: 1_001 }, (_, part) => `gone-${part}.parquet`);
      return readOutcome(session.run(renderCopy({ session, ...bench }, "copy", bench.probes.second, names)));
    },
  },
  {
    about: "a text that is no JSON fails the COPY",
    assumed: ["100069"],
    ask: (bench) => loadBad(bench, "b1", "STRING", { params: "no json" }),
  },
  {
    about: "a text that is no number fails the COPY",
    assumed: ["100038"],
    ask: (bench) => loadBad(bench, "b2", "STRING", { big: "many" }),
  },
  {
    about: "a text that is no date fails the COPY",
    assumed: ["100071"],
    ask: (bench) => loadBad(bench, "b3", "STRING", { seen_at: "soon" }),
  },
  {
    about: "a text of 17 MB fails the COPY",
    assumed: ["100082", "100078"],
    ask: (bench) => loadBad(bench, "b4", "STRING", { event_name: "x".repeat(17 << 20) }),
  },
];
