import { literalText, renderSnowflakeSql } from "../../src/adapters/snowflake/sql.ts";
import type { Day } from "../../src/days/day.ts";
import { join } from "../../src/sql/render.ts";
import { compareValues, hasNullMember } from "./ask-copy.ts";
import type { Bench } from "./bench.ts";
import type { Probe } from "./probe-files.ts";
import type { Question } from "./question.ts";
import { renderVerifySql } from "./render-verify-sql.ts";
import { readOutcome } from "./say.ts";

const folderOf = ({ files }: Probe) => files[0]!.key.slice(0, files[0]!.key.lastIndexOf("/") + 1);

async function refresh({ session, names }: Bench, probe: Probe): Promise<string> {
  const path = literalText(folderOf(probe));
  const rows = await session.run(renderSnowflakeSql("refresh-files", { files: names.files, path }));
  const told = rows.map(({ file, status }) => `${status} ${file?.split("/").at(-1)}`).sort();
  return told.join(", ") || "nothing";
}

/** Lets the ledger call generations cold. */
async function moveCold(bench: Bench, ...probes: Probe[]): Promise<void> {
  await bench.warehouse.transact(bench.table, async (transaction) => {
    await transaction.lock();
    await transaction.writeLedger(
      probes.map(({ day, generation, measure }, index) => ({
        day,
        hotGeneration: null,
        coldGeneration: generation,
        hotSequence: null,
        coldSequence: index + 1,
        shardKind: "daily" as const,
        finalAtMs: null,
        rows: measure.rows,
        duplicates: 0,
        filtered: 0,
        checksum: measure.checksum,
        loadedAtMs: 1,
      })),
    );
  });
}

export const inventoryQuestions: readonly Question[] = [
  {
    about:
      "REFRESH takes a path relative to the stage, PATTERN is held against the whole path, and its rows say what was registered",
    assumed: ["REGISTERED_NEW g1-00000.parquet, REGISTERED_NEW g1-00001.parquet"],
    ask: (bench) => refresh(bench, bench.probes.first),
  },
  {
    about: "what REFRESH says of files that have not changed",
    assumed: ["nothing", "REGISTER_SKIPPED g1-00000.parquet, REGISTER_SKIPPED g1-00001.parquet"],
    ask: (bench) => refresh(bench, bench.probes.first),
  },
  {
    about: "day and generation are told by METADATA$FILENAME",
    assumed: ["2026-11-20 g1"],
    ask: async ({ session, names }) => {
      const rows = await session.run(renderVerifySql("read-partitions", { files: names.files }));
      return rows.map(({ DAY, GENERATION }) => `${DAY} ${GENERATION}`).join(", ");
    },
  },
  {
    about: "EXTERNAL_TABLE_FILES names files whose last five parts are the lake's key",
    assumed: ["they are"],
    ask: async ({ session, names, probes: { first } }) => {
      const { database, files } = names;
      const condition = { sql: `CONTAINS(FILE_NAME, '/day=${first.day}/')` };
      const places = { database, table: literalText(files.sql), condition };
      const rows = await session.run(renderSnowflakeSql("list-files", places));
      const keys = rows.map(({ FILE_NAME }) => FILE_NAME?.split("/").slice(-5).join("/")).sort();
      return keys.join() === first.files.map(({ key }) => key).join()
        ? "they are"
        : rows.map((row) => row.FILE_NAME).join(", ");
    },
  },
  {
    about: "a NULL member of a STRUCT in VALUE",
    assumed: ["it is there, as a JSON null", "it is left out"],
    ask: (bench) => hasNullMember(bench, 'VALUE:"device"', bench.names.files),
  },
  {
    about:
      "values of every type, TIMESTAMP, TIME, DECIMAL and BYTES among them, are in the cold view as in the hot table (USE_LOGICAL_TYPE, BINARY_AS_TEXT of the inventory)",
    assumed: ["all of them"],
    ask: async (bench) => {
      await moveCold(bench, bench.probes.first);
      return compareValues(bench, bench.names.cold);
    },
  },
  {
    about:
      "registered files count as the manifest says, before the ledger calls them cold, and the view shows what it calls cold",
    assumed: ["as the manifests say"],
    ask: async (bench) => {
      const { warehouse, table, probes } = bench;
      const { first, second, next } = probes;
      await warehouse.registerCold(table, [second, next]);
      const counted = await warehouse.transact(table, (transaction) =>
        transaction.measureCold([first, second]),
      );
      await moveCold(bench, second, next);
      const shown = await warehouse.measureCold(table, "all");
      const wanted = [first.measure, second.measure, second.measure, next.measure];
      const seen = [...counted, ...shown];
      return JSON.stringify(seen) === JSON.stringify(wanted) ? "as the manifests say" : JSON.stringify(seen);
    },
  },
  {
    about: "a condition on the day of the cold view opens that day's partitions alone",
    assumed: ["fewer than all"],
    ask: async ({ session, names, probes }) => {
      const day = literalText(probes.next.day);
      const plan = await session.run(renderVerifySql("explain-cold", { cold: names.cold, day }));
      const scan = plan.find((row) => (row.objects ?? "").includes("_FILES"));
      if (scan === undefined)
        return `no scan of the inventory: ${plan.map((row) => row.operation).join(", ")}`;
      const isFewer = Number(scan.partitionsAssigned) < Number(scan.partitionsTotal);
      return isFewer ? "fewer than all" : `${scan.partitionsAssigned} of ${scan.partitionsTotal}`;
    },
  },
  {
    about:
      "REMOVE FILES takes paths relative to the stage, and says nothing of a file that is not registered",
    assumed: ["gone; then done"],
    ask: async (bench) => {
      const { warehouse, table, session, names, probes } = bench;
      await warehouse.unregisterCold(table, [probes.first]);
      const left = await warehouse.transact(table, (transaction) => transaction.measureCold([probes.first]));
      const paths = join(probes.first.files.map(({ key }) => literalText(key)));
      const again = session.run(renderSnowflakeSql("remove-files", { files: names.files, paths }));
      return `${left.length === 0 ? "gone" : "still there"}; then ${await readOutcome(again)}`;
    },
  },
  {
    about: "a registered file that is not there any more fails who reads it",
    assumed: ["091016"],
    ask: async (bench) => {
      await bench.remove(bench.probes.next.files[0]!.key);
      const days = { first: "2026-11-21" as Day, last: "2026-11-21" as Day };
      return readOutcome(bench.warehouse.measureCold(bench.table, days));
    },
  },
];
