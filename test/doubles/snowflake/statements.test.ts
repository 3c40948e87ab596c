import { expect, test } from "vitest";
import { listStatementFiles, statementKinds } from "./executor.ts";
import { readPattern } from "./statements/patterns.ts";
import { matchTrap } from "./statements/traps.ts";
import { hot, ledger, render, renderCopy } from "./test-world.ts";

test("every file of sql/snowflake has a strict pattern, and something that executes it", () => {
  const files = listStatementFiles();
  expect(Object.keys(statementKinds).sort()).toEqual(files);
  expect(files.map((file) => readPattern(file).name)).toEqual(files);
});

test("places are handed on as they were filled", () => {
  const sql = render("add-column", {
    hot,
    column: '"A""B"',
    type: "NUMBER(38, 0)",
    protection: "",
    comment: "'it''s'",
  });
  expect(readPattern("add-column").match(sql)).toEqual({
    hot,
    column: '"A""B"',
    type: "NUMBER(38, 0)",
    protection: "",
    comment: "'it''s'",
  });
});

const copy = renderCopy("2026-11-20", "g1", ["a.parquet"]);

test.each([
  ["a word less", "copy", copy.replace("ON_ERROR = ABORT_STATEMENT\n", "")],
  ["a word more", "copy", `${copy} PURGE = TRUE`],
  ["no FORCE", "copy", copy.replace("FORCE = TRUE", "FORCE = FALSE")],
  ["a name without quotes", "delete-hot-all", `DELETE FROM db.public.hot WHERE "_DAY" = :1::DATE`],
  ["a second statement", "delete-hot-all", `DELETE FROM ${hot} WHERE "_DAY" = :1::DATE; COMMIT`],
  ["a text that ends too early", "refresh-files", render("refresh-files", { files: hot, path: "'a'; --'" })],
  [
    "a bracket that closes too early",
    "read-ledger",
    render("read-ledger", { ledger, condition: "TRUE) OR (TRUE" }),
  ],
  [
    "two names where one is meant twice",
    "create-all-view",
    render("create-all-view", { all: hot, names: '"A"', hot, cold: hot, ledger, digest: "''" }).replace(
      'SELECT "A"',
      'SELECT "B"',
    ),
  ],
])("is refused: %s", (_, name, sql) => {
  expect(readPattern(name).match(sql)).toBeNull();
  expect(matchTrap(sql)).toBeNull();
});
