import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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
import { readSources } from "./read-sources.ts";
import { findBareStatements, findMissingStatements, findUnreadStatements } from "./statement-rules.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const sources = readSources(root, ["src"]);
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

describe("the sources", () => {
  test("are all looked at", () => {
    expect(sources.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["src/errors.ts", "src/days/day.ts"]),
    );
    expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(sources.length);
  });

  test("import one way only: cli → tasks → plan, lake, sql → days", () => {
    expect(findLayerBreaks(sources)).toEqual([]);
  });

  test("know vendors' SDKs in their adapters only", () => {
    expect(findVendorBreaks(sources)).toEqual([]);
  });

  test("have no import cycles", () => {
    expect(findCycles(sources)).toEqual([]);
  });

  test("have no barrel but the package's own", () => {
    expect(findBarrels(sources)).toEqual([]);
  });

  test("import the packages that package.json lists, and all of them", () => {
    expect(findPackageGaps(sources, Object.keys(manifest.dependencies))).toEqual([]);
  });

  test("reach outside from days, plan and sql by no way", () => {
    expect(findOutsideUse(sources)).toEqual([]);
  });

  test("take clock and chance as arguments in days, plan, sql, lake, runs, tasks and generate", () => {
    expect(findClocks(sources)).toEqual([]);
  });
});

describe("the statements", () => {
  const folder = join(root, "sql");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".sql"),
  );
  const readers = [...sources, ...readSources(root, ["bench", "scripts"])];
  const names = files.map((path) => path.replace(/\.sql$/, "")).sort();

  test("that code reads are there", () => {
    expect(findMissingStatements(readers, names)).toEqual([]);
  });

  test("are all read by some code", () => {
    expect(findUnreadStatements(readers, names)).toEqual([]);
  });

  test("say in their first line what they are", () => {
    const texts = names.map((name) => [name, readFileSync(join(folder, `${name}.sql`), "utf8")]);
    expect(findBareStatements(Object.fromEntries(texts))).toEqual([]);
  });
});

test.skipIf(!existsSync(join(root, ".git")))(
  "no committed file names a path of one machine or the host of a registry (skipped without git)",
  () => {
    const paths = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).split("\0");
    const present = paths.filter((path) => path !== "" && existsSync(join(root, path)));
    expect(present).toContain("package-lock.json");
    expect(
      present.flatMap((path) => findMachineTraces(path, readFileSync(join(root, path), "utf8"))),
    ).toEqual([]);
  },
);
