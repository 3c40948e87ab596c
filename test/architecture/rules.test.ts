import { describe, expect, test } from "vitest";
import {
  findBarrels,
  findCycles,
  findLayerBreaks,
  findPackageGaps,
  findVendorBreaks,
} from "./import-rules.ts";
import { findMachineTraces } from "./machine-rules.ts";
import { findClocks, findOutsideUse } from "./purity-rules.ts";
import { parseSource, type Source } from "./read-sources.ts";
import { findBareStatements, findMissingStatements, findUnreadStatements } from "./statement-rules.ts";

/** A tree of sources, each with its text. */
function buildTree(texts: Record<string, string>): Source[] {
  return Object.entries(texts).map(([path, text]) => parseSource(path, text));
}

test("imports are read in all their forms, and only imports", () => {
  const text = [
    'import { a,\n  b } from "./b.ts";',
    'import type { C } from "../plan/c.ts";',
    'import { type D } from "zod";',
    'import "node:fs";',
    'export { e } from "./e.ts";',
    'export const from = "./no.ts";',
    'const later = await import("./later.ts");',
    '// import { x } from "./comment.ts";',
  ].join("\n");
  expect(parseSource("src/days/a.ts", text).imports).toEqual([
    { to: "src/days/b.ts", kind: "value" },
    { to: "src/plan/c.ts", kind: "type" },
    { to: "zod", kind: "value" },
    { to: "node:fs", kind: "value" },
    { to: "src/days/e.ts", kind: "re-export" },
    { to: "src/days/later.ts", kind: "lazy" },
  ]);
});

describe("the rule of layers", () => {
  test.each([
    ["src/tasks/run.ts", 'import { p } from "../plan/p.ts";'],
    ["src/days/day.ts", 'import { ShardliftError } from "../errors.ts";'],
    ["src/sql/filter.ts", 'import type { Filter } from "../config/types.ts";'],
    ["src/lake/heads.ts", 'import type { ObjectStore } from "../ports.ts";'],
    ["src/plan/types.ts", 'import type { Head } from "../lake/types.ts";'],
    ["src/runs/r.ts", 'import { parseObject } from "../lake/parse-object.ts";'],
    ["src/cli/wiring.ts", 'import { r } from "../runs/r.ts";'],
    ["src/cli/wiring.ts", 'import { s } from "../adapters/files/s.ts";'],
  ])("lets %s say: %s", (path, text) => {
    expect(findLayerBreaks(buildTree({ [path]: text }))).toEqual([]);
  });

  test.each([
    ["src/days/day.ts", 'import { p } from "../plan/p.ts";', "src/plan/p.ts"],
    ["src/days/day.ts", 'import type { p } from "../plan/p.ts";', "src/plan/p.ts"],
    ["src/plan/p.ts", 'import { h } from "../lake/heads.ts";', "src/lake/heads.ts"],
    ["src/sql/s.ts", 'import { parse } from "../config/types.ts";', "src/config/types.ts"],
    ["src/tasks/run.ts", 'import { s } from "../adapters/files/s.ts";', "src/adapters/files/s.ts"],
    ["src/tasks/run.ts", 'import { r } from "../runs/r.ts";', "src/runs/r.ts"],
    ["src/runs/r.ts", 'import { run } from "../tasks/run.ts";', "src/tasks/run.ts"],
    ["src/tasks/run.ts", 'const s = await import("../cli/s.ts");', "src/cli/s.ts"],
    ["src/adapters/s3/s.ts", 'import { run } from "../../tasks/run.ts";', "src/tasks/run.ts"],
    ["src/errors.ts", 'import { day } from "./days/day.ts";', "src/days/day.ts"],
    ["src/new/n.ts", 'import { day } from "../days/day.ts";', "src/days/day.ts"],
  ])("refuses in %s: %s", (path, text, to) => {
    expect(findLayerBreaks(buildTree({ [path]: text }))).toEqual([`${path} imports ${to}`]);
  });
});

test("a vendor's SDK outside its adapter is found", () => {
  const text = 'import { DuckDBInstance } from "@duckdb/node-api";';
  const tree = buildTree({ "src/adapters/duckdb/d.ts": text, "src/adapters/files/f.ts": text });
  expect(findVendorBreaks(tree)).toEqual(["src/adapters/files/f.ts imports @duckdb/node-api"]);
});

test("a cycle is found once, however long, and whatever it is made of", () => {
  const tree = buildTree({
    "src/days/a.ts": 'import { b } from "./b.ts";',
    "src/days/b.ts": 'import type { C } from "./c.ts";',
    "src/days/c.ts": 'import { a } from "./a.ts";\nimport { d } from "./d.ts";',
    "src/days/d.ts": 'const a = await import("./a.ts");',
  });
  expect(findCycles(tree)).toEqual(["src/days/a.ts → src/days/b.ts → src/days/c.ts → src/days/a.ts"]);
});

test("a re-export is found everywhere but in the package's own index", () => {
  const text = 'export * from "./plan/p.ts";';
  expect(findBarrels(buildTree({ "src/index.ts": text, "src/tasks/index.ts": text }))).toEqual([
    "src/tasks/index.ts imports src/tasks/plan/p.ts",
  ]);
});

test("packages imported or listed for nothing are found", () => {
  const tree = buildTree({ "src/a.ts": 'import "@scope/one/deep";\nimport "two";\nimport "node:fs";' });
  expect(findPackageGaps(tree, ["two", "three"])).toEqual([
    "@scope/one is imported, not listed",
    "three is listed, not imported",
  ]);
});

describe("the rules of purity", () => {
  test.each([
    ['import { readFile } from "node:fs/promises";', "src/days/a.ts imports node:fs/promises"],
    ["const zone = process.env.TZ;", "src/days/a.ts:1 uses process."],
    ["console.log(1);", "src/days/a.ts:1 uses console."],
  ])("find a way outside: %s", (text, found) => {
    expect(findOutsideUse(buildTree({ "src/days/a.ts": text }))).toEqual([found]);
  });

  test("let only the reader of statements read files", () => {
    const text = 'import { readFileSync } from "node:fs";';
    expect(findOutsideUse(buildTree({ "src/sql/statements.ts": text, "src/sql/other.ts": text }))).toEqual([
      "src/sql/other.ts imports node:fs",
    ]);
  });

  test.each([
    ["Date.now()", "Date.now"],
    ["new Date()", "new Date()"],
    ["Math.random()", "Math.random"],
    ["setTimeout(f, 1)", "setTimeout"],
    ["performance.now()", "performance."],
    ["randomUUID()", "randomUUID"],
    ["Temporal.Now.instant()", "Temporal.Now"],
  ])("find a clock or chance in lake: %s", (code, found) => {
    const tree = buildTree({ "src/lake/a.ts": `const a = 1;\nf(${code});` });
    expect(findClocks(tree)).toEqual([`src/lake/a.ts:2 uses ${found}`]);
  });

  test("leave comments, given instants and the outer layers alone", () => {
    const tree = buildTree({
      "src/lake/a.ts": "/** Not Date.now(). */\n// Math.random()\nconst day = new Date(ms); // setTimeout",
      "src/cli/clock.ts": "const now = Date.now();",
    });
    expect(findClocks(tree)).toEqual([]);
  });
});

describe("the rules of statements", () => {
  const tree = buildTree({
    "src/adapters/duckdb/a.ts": 'readStatement("duckdb/one");\nreadStatement(`duckdb/many/$' + "{name}`);",
    "src/adapters/duckdb/b.ts": 'statement("two");',
  });

  test("find a statement that is not there", () => {
    expect(findMissingStatements(tree, ["duckdb/two"])).toEqual([
      "src/adapters/duckdb/a.ts reads duckdb/one",
    ]);
  });

  test("find a file that nobody reads", () => {
    const files = ["duckdb/one", "duckdb/many/two", "duckdb/many/three", "snowflake/two"];
    expect(findUnreadStatements(tree, files)).toEqual(["duckdb/many/three", "snowflake/two"]);
  });

  test("find a file that does not say what it is", () => {
    expect(findBareStatements({ good: "-- Counts rows.\nSELECT 1", bad: "SELECT 1" })).toEqual(["bad"]);
  });
});

describe("the rule of machines", () => {
  // Put together here, or the rule would find this file.
  const home = ["", "home", "anna"].join("/");
  const host = ["registry", "npmjs", ""].join(".");
  const resolved = ['"resolved"', '"https:'].join(": ");

  test.each([
    [`root: ${home}/lake`, home],
    [`registry=https://${host}org/`, host],
    [`${resolved}//mirror.example.com/zod.tgz"`, resolved],
  ])("finds %s", (text, found) => {
    expect(findMachineTraces("a.yaml", `ok\n${text}`)).toEqual([`a.yaml:2 names ${found}`]);
  });

  test("leaves relative paths and other hosts alone", () => {
    expect(findMachineTraces("a.md", "see ./home/anna and https://example.com/home/x")).toEqual([]);
  });
});
