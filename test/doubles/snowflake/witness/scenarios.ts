import { hot, ledger, lock, render, renderCopy } from "../test-world.ts";

const day = "2026-11-20";

/** Of the hot table, as the witness takes them: it does not know a comment of a column. */
export const hotColumns = `"_DAY" DATE, "_GENERATION" VARCHAR, "EVENT_ID" VARCHAR, "PARAMS" OBJECT`;

/** Statements that both are asked one after the other, in one session; all answers must be the same. */
export interface Scenario {
  title: string;
  statements: string[];
}

const copy = renderCopy(day, "g1", ["a.parquet", "b.parquet"]);
const rows = `SELECT _day::VARCHAR AS d, _generation AS g, COUNT(*) AS n, COUNT(params) AS p FROM ${hot} GROUP BY 1, 2 ORDER BY 1, 2`;
const ledgerRows = render("read-ledger", { ledger, condition: "TRUE" });

/** Binds as literals: the witness does not know them as `:1`. */
const withBinds = (name: string, ...binds: string[]) =>
  binds.reduce((sql, bind, index) => sql.replaceAll(`:${index + 1}`, `'${bind}'`), render(name, { hot }));

const source = (items: Moved[]) =>
  items
    .map(
      ([on, hotGeneration, coldGeneration, sequence]) =>
        `SELECT '${on}'::DATE AS "DAY", '${hotGeneration}' AS "HOT_GENERATION", '${coldGeneration}' AS "COLD_GENERATION", ${sequence}::NUMBER(38, 0) AS "HOT_SEQUENCE", ${sequence}::NUMBER(38, 0) AS "COLD_SEQUENCE", 'daily' AS "SHARD_KIND", NULL::TIMESTAMP_LTZ(3) AS "FINAL_AT", ${sequence}::NUMBER(38, 0) AS "ROWS", 2::NUMBER(38, 0) AS "DUPLICATES", 1::NUMBER(38, 0) AS "FILTERED", '9218924040658817653' AS "CHECKSUM", NULL::TIMESTAMP_LTZ(3) AS "LOADED_AT"`,
    )
    .join(" UNION ALL ");

type Moved = [day: string, hot: string, cold: string, sequence: number | string];

/** The MERGE with its source written out. */
const merge = (...items: Moved[]) =>
  render("merge-ledger", { ledger }).replace(
    /USING \([\s\S]*?\n\) AS moved/,
    () => `USING (${source(items)}) AS moved`,
  );

export const scenarios: Scenario[] = [
  {
    title: "create-lock, fill-lock (twice), take-lock: word by word",
    statements: [
      render("create-lock", { lock }),
      render("fill-lock", { lock }),
      render("fill-lock", { lock }),
      `SELECT COUNT(*) AS n FROM ${lock}`,
      render("take-lock", { lock, transaction: "'1'" }),
      `SELECT only_row, locked_by FROM ${lock}`,
    ],
  },
  {
    title: "copy: word by word, and again, which loads the files once more",
    statements: [copy, rows, copy, rows, `SELECT event_id, params FROM ${hot} ORDER BY 1, 2`],
  },
  {
    title: "begin, copy, rollback and begin, copy, commit: word by word",
    statements: [
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
    ],
  },
  {
    title: "measure: word by word, rows, checksum and counts of values",
    statements: [
      render("measure", {
        counts: `COUNT("PARAMS")::VARCHAR AS "NON_NULL_0"`,
        relation: hot,
        condition: `"_DAY" BETWEEN '2026-11-01'::DATE AND '2026-11-30'::DATE`,
      }),
    ],
  },
  {
    title: "delete-hot-only, -except, -all: binds written out",
    statements: [
      withBinds("delete-hot-only", day, "other"),
      rows,
      withBinds("delete-hot-except", day, "g1"),
      rows,
      withBinds("delete-hot-all", day),
      rows,
    ],
  },
  {
    title:
      "create-ledger, merge-ledger, read-ledger: the source of MERGE written out; inserts, then replaces by day",
    statements: [
      render("create-ledger", { ledger }),
      merge(["2026-11-20", "g1", "c1", 1], ["2026-11-21", "n1", "m1", 2]),
      ledgerRows,
      merge(["2026-11-21", "n2", "m2", "9007199254740993"], ["2026-11-22", "o1", "p1", 3]),
      ledgerRows,
    ],
  },
  {
    title: "begin, merge-ledger, rollback: the source of MERGE written out; nothing stays",
    statements: [
      render("begin"),
      merge(["2026-11-23", "q1", "r1", 4]),
      ledgerRows,
      render("rollback"),
      ledgerRows,
    ],
  },
];
