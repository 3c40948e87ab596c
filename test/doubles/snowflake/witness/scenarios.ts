import { hot, ledger, lock, render, renderCopy } from "../test-world.ts";

export const day = "2026-11-20";

/** Of the hot table, as the witness takes them: it does not know a comment of a column. */
export const hotColumns = `"_DAY" DATE, "_GENERATION" VARCHAR, "EVENT_ID" VARCHAR, "PARAMS" OBJECT`;

/** One statement of ours, and what the witness is told in its place where it does not know a part of it. */
export interface Step {
  sql: string;
  binds?: string[];
  told: string;
}

/** Steps that both take one after the other, in one session; all answers must be the same. */
export interface Scenario {
  title: string;
  steps: Step[];
}

const word = (sql: string): Step => ({ sql, told: sql });
const asStep = (step: Step | string): Step => (typeof step === "string" ? word(step) : step);

const copy = renderCopy(day, "g1", ["a.parquet", "b.parquet"]);
const rows = `SELECT _day::VARCHAR AS d, _generation AS g, COUNT(*) AS n, COUNT(params) AS p FROM ${hot} GROUP BY 1, 2 ORDER BY 1, 2`;
const ledgerRows = render("read-ledger", { ledger, condition: "TRUE" });

/** Binds as literals: the witness does not know them as `:1`. */
function withBinds(name: string, ...binds: string[]): Step {
  const sql = render(name, { hot });
  return {
    sql,
    binds,
    told: binds.reduce((text, bind, index) => text.replaceAll(`:${index + 1}`, `'${bind}'`), sql),
  };
}

const source = (items: Moved[]) =>
  items
    .map(
      ([on, hotGeneration, coldGeneration, sequence]) =>
        `SELECT '${on}'::DATE AS "DAY", '${hotGeneration}' AS "HOT_GENERATION", '${coldGeneration}' AS "COLD_GENERATION", ${sequence}::NUMBER(38, 0) AS "HOT_SEQUENCE", ${sequence}::NUMBER(38, 0) AS "COLD_SEQUENCE", 'daily' AS "SHARD_KIND", NULL::TIMESTAMP_LTZ(3) AS "FINAL_AT", ${sequence}::NUMBER(38, 0) AS "ROWS", 2::NUMBER(38, 0) AS "DUPLICATES", 1::NUMBER(38, 0) AS "FILTERED", '9218924040658817653' AS "CHECKSUM", NULL::TIMESTAMP_LTZ(3) AS "LOADED_AT"`,
    )
    .join(" UNION ALL ");

type Moved = [day: string, hot: string, cold: string, sequence: number | string];

/** The MERGE, its source written out for the witness: rows that FLATTEN would make. */
function merge(...moved: Moved[]): Step {
  const sql = render("merge-ledger", { ledger });
  const items = moved.map(([day, hotGeneration, coldGeneration, sequence]) => ({
    day,
    hot_generation: hotGeneration,
    cold_generation: coldGeneration,
    hot_sequence: String(sequence),
    cold_sequence: String(sequence),
    shard_kind: "daily",
    final_at: null,
    rows: String(sequence),
    duplicates: 2,
    filtered: 1,
    checksum: "9218924040658817653",
    loaded_at: null,
  }));
  const told = sql.replace(/USING \([\s\S]*?\n\) AS moved/, () => `USING (${source(moved)}) AS moved`);
  return { sql, binds: [JSON.stringify(items)], told };
}

const measure = render("measure", {
  counts: `COUNT("PARAMS")::VARCHAR AS "NON_NULL_0"`,
  relation: hot,
  condition: `"_DAY" BETWEEN '2026-11-01'::DATE AND '2026-11-30'::DATE`,
});

const items = `[{"day":"2026-11-20","shard_kind":"daily","rows":1,"duplicates":0,"filtered":0,"checksum":"1"}]`;

/** What the witness refuses: nobody but our double confirms these parts. */
export const unconfirmed: { title: string; statement: string; says: RegExp }[] = [
  { title: "TO_NUMBER with a format: the checksum of measure", statement: measure, says: /not implemented/ },
  {
    title: "FLATTEN as the source of a MERGE: merge-ledger as it stands, its bind written out",
    statement: render("merge-ledger", { ledger }).replace(":1", `'${items}'`),
    says: /syntax error/,
  },
];

export const scenarios: Scenario[] = [
  {
    title: "create-lock, fill-lock (twice), take-lock: word by word",
    steps: [
      render("create-lock", { lock }),
      render("fill-lock", { lock }),
      render("fill-lock", { lock }),
      `SELECT COUNT(*) AS n FROM ${lock}`,
      render("take-lock", { lock, transaction: "'1'" }),
      `SELECT only_row, locked_by FROM ${lock}`,
    ].map(asStep),
  },
  {
    title: "copy: word by word, and again, which loads the files once more",
    steps: [copy, rows, copy, rows, `SELECT event_id, params FROM ${hot} ORDER BY 1`].map(asStep),
  },
  {
    title: "begin, copy, rollback and begin, copy, commit: word by word",
    steps: [
      render("begin"),
      copy,
      rows,
      render("rollback"),
      rows,
      render("begin"),
      copy,
      rows,
      render("commit"),
      rows,
    ].map(asStep),
  },
  {
    title: "measure: without its checksum; rows and counts of values",
    steps: [word(measure.replace(/COALESCE\(.*\)::VARCHAR AS "CHECKSUM"/, '1 AS "CHECKSUM"'))],
  },
  {
    title: "delete-hot-only, -except, -all: binds written out",
    steps: [
      withBinds("delete-hot-only", day, "other"),
      rows,
      withBinds("delete-hot-except", day, "g1"),
      rows,
      withBinds("delete-hot-all", day),
      rows,
    ].map(asStep),
  },
  {
    title:
      "create-ledger, merge-ledger, read-ledger: the source of MERGE written out; inserts, then replaces by day",
    steps: [
      render("create-ledger", { ledger }),
      merge(["2026-11-20", "g1", "c1", 1], ["2026-11-21", "n1", "m1", 2]),
      ledgerRows,
      merge(["2026-11-21", "n2", "m2", "9007199254740993"], ["2026-11-22", "o1", "p1", 3]),
      ledgerRows,
    ].map(asStep),
  },
];
