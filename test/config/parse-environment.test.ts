import { describe, expect, test } from "vitest";
import { plainOrchestration } from "../support/orchestration.ts";
import { brief, checkEnvironment, environmentText, environmentWith } from "./texts.ts";

describe("an environment that is right", () => {
  test("has every default and absolute paths where it says little", () => {
    expect(checkEnvironment(environmentText())).toEqual({
      issues: [],
      environment: {
        name: "local",
        production: false,
        source: { type: "files", root: "/config/source", s3: null },
        lake: { type: "folder", root: "/config/lake" },
        engine: { type: "duckdb", memoryBytes: 1e9, threads: null, fileBytes: 4e8, spill: null },
        catalog: { type: "none" },
        warehouse: { type: "duckdb", path: "/config/warehouse.duckdb", waitMs: 600_000 },
        secrets: { hashKey: null },
        retry: { attempts: 5, maxWaitMs: 120_000 },
        keepMs: 86_400_000,
        teams: [],
        orchestration: plainOrchestration,
        file: "environments/local.yaml",
      },
    });
  });

  test("is normalised as a whole", () => {
    const text = `
production: true
source: { type: files, root: /data/source }
lake: { type: folder, root: ../lake }
engine: { type: duckdb, memory: 2 GiB, threads: 4, file_size: 300 MB, spill: ./spill }
catalog: { type: none }
warehouse: { type: duckdb, path: ./w/house.duckdb, wait: 1 minute }
secrets: { hash_key: file:./keys/hash }
retry: { attempts: 3, max_wait: 10 seconds }
keep: 2 days
`;
    expect(checkEnvironment(text)).toEqual({
      issues: [],
      environment: {
        name: "local",
        production: true,
        source: { type: "files", root: "/data/source", s3: null },
        lake: { type: "folder", root: "/lake" },
        engine: { type: "duckdb", memoryBytes: 2 ** 31, threads: 4, fileBytes: 3e8, spill: "/config/spill" },
        catalog: { type: "none" },
        warehouse: { type: "duckdb", path: "/config/w/house.duckdb", waitMs: 60_000 },
        secrets: { hashKey: { from: "file", path: "/config/keys/hash" } },
        retry: { attempts: 3, maxWaitMs: 10_000 },
        keepMs: 172_800_000,
        teams: [],
        orchestration: plainOrchestration,
        file: "environments/local.yaml",
      },
    });
  });
});

test("an environment may have no warehouse, and says so", () => {
  const { environment, issues } = checkEnvironment(environmentWith(3, "warehouse: { type: none }"));
  expect(issues).toEqual([]);
  expect(environment?.warehouse).toEqual({ type: "none" });
  expect(brief(checkEnvironment(environmentWith(3, "")).issues)).toEqual(["1:1 warehouse is missing"]);
});

test("memory that days were seen to run out of is refused, with why", () => {
  const check = (memory: string) =>
    checkEnvironment(environmentText(`engine: { type: duckdb, memory: ${memory} }`)).issues;
  expect(check("500 MB")).toEqual([]);
  expect(check("499 MB")).toMatchObject([
    {
      line: 4,
      failed: "engine.memory is too small",
      rule: "between 500 MB and 16 TB: with less, days of GA4 and of GA360 with their hits end for want of memory",
      received: '"499 MB"',
      remedy: "write 500 MB, or something between",
    },
  ]);
});

describe("an environment that is wrong", () => {
  test.each([
    [1, "source: { type: sheets, project: p }", "1:17 source.type is not a type that this version has"],
    [1, "source: { root: ./source }", "1:1 source.type is missing"],
    [1, "source: { type: files }", "1:1 source.root is missing"],
    [1, "source: files", "1:9 source is not a mapping with a type"],
    [1, "", "1:1 source is missing"],
    [2, "lake: { type: folder, root: ~/lake }", "2:29 lake.root begins with ~"],
    [2, 'lake: { type: folder, root: "a\\nb" }', "2:29 lake.root is not a path"],
    [2, "lake: { type: folder, root: gs://bucket/lake }", "2:29 lake.root is an address"],
    [2, "lake: { type: folder, root: ./source }", "2:29 lake.root overlaps with source.root"],
    [2, "lake: { type: folder, root: ./source/lake }", "2:29 lake.root overlaps with source.root"],
    [
      3,
      "warehouse: { type: redshift, account: x }",
      "3:20 warehouse.type is not a type that this version has",
    ],
    [3, "warehouse: { type: duckdb, path: ./lake/w.duckdb }", "3:34 warehouse.path overlaps with lake.root"],
    [3, "warehouse: { type: duckdb, path: ./w, wait: 0 minutes }", "3:45 warehouse.wait is too short"],
  ])("with line %i as %j tells it", (line, text, issue) => {
    expect(brief(checkEnvironment(environmentWith(line, text)).issues)).toEqual([issue]);
  });

  test.each([
    ["engine: { type: emr }", "4:17 engine.type is not a type that this version has"],
    ["engine: { type: duckdb, memory: 100 MB }", "4:33 engine.memory is too small"],
    ["engine: { type: duckdb, memory: 1000000000 }", "4:33 engine.memory is not a text"],
    ["engine: { type: duckdb, threads: 0 }", "4:34 engine.threads is out of range"],
    ["engine: { type: duckdb, threads: 4.0 }", "4:34 engine.threads is not a whole number"],
    ["engine: { type: duckdb, threads: 99999999999999999999 }", "4:34 engine.threads is out of range"],
    ["engine: { type: duckdb, spill: ./lake/spill }", "4:32 engine.spill overlaps with lake.root"],
    ["catalog: { type: hive }", "4:18 catalog.type is not a type that this version has"],
    ["retry: { attempts: 0 }", "4:20 retry.attempts is out of range"],
    ["retry: { max_wait: 2 hours }", "4:20 retry.max_wait is too long"],
    ["keep: 5 minutes", "4:7 keep is too short"],
    ["production: yes", "4:13 production is not true or false"],
    ["production: true\nkeep: 239 minutes", "5:7 keep is too short for production"],
    ["name: local", "4:1 name is not a known key"],
  ])("with %j at its end has one issue", (line, issue) => {
    expect(brief(checkEnvironment(environmentText(line)).issues)).toEqual([issue]);
  });

  test("with a catalog, or in production, is told that `keep` is too short for one", () => {
    const text = environmentText("catalog: { type: glue }\nkeep: 3 hours");
    expect(brief(checkEnvironment(text).issues)).toEqual([
      "5:7 keep is too short for an environment with a catalog",
      "4:18 catalog.type cannot be glue over a lake in a folder",
    ]);
    expect(brief(checkEnvironment(environmentText("catalog: { type: none }\nkeep: 3 hours")).issues)).toEqual(
      [],
    );
    expect(brief(checkEnvironment(environmentText("production: true\nkeep: 4 hours")).issues)).toEqual([]);
  });

  test("with a lake around everything else tells each that lies in it", () => {
    expect(brief(checkEnvironment(environmentWith(2, "lake: { type: folder, root: . }")).issues)).toEqual([
      "2:29 lake.root overlaps with source.root",
      "3:34 warehouse.path overlaps with lake.root",
    ]);
  });

  test("says which types this version has", () => {
    expect(checkEnvironment(environmentWith(2, "lake: { type: foldr, root: ./lake }")).issues).toEqual([
      {
        file: "environments/local.yaml",
        line: 2,
        column: 15,
        failed: "lake.type is not a type that this version has",
        rule: "this version has folder, s3",
        received: '"foldr"',
        remedy: 'did you mean "folder"? there are: folder, s3',
      },
    ]);
  });

  test.each([
    "lake: { type: s3, bucket: shop-lake, region: eu-west-1 }",
    "lake: { type: folder, root: s3://bucket/lake }",
  ])("says why DuckDB cannot be the warehouse over %j", (lake) => {
    const { issues } = checkEnvironment(environmentWith(2, lake));
    expect(issues.filter(({ failed }) => failed.startsWith("warehouse"))).toEqual([
      {
        file: "environments/local.yaml",
        line: 3,
        column: 20,
        failed: "warehouse.type cannot be duckdb over a lake on S3",
        rule: "DuckDB's reader for S3 is a download, and Shardlift downloads no extensions",
        received: "a DuckDB warehouse with a lake on S3",
        remedy: "use a lake of type folder with it",
      },
    ]);
  });

  test.each([
    "secrets: { hash_key: hunter2hunter2 }",
    "secrets: hunter2hunter2",
    "secrets: [hunter2hunter2]",
    "secrets: { hash_key: { value: hunter2hunter2 } }",
    "secrets: { hash_key: [hunter2hunter2] }",
    "secrets: { hunter2hunter2 }",
    "secrets: { hash_kay: hunter2hunter2 }",
    "secrets: { hash_key: 'env:hunter2 hunter2' }",
    "secrets: { hash_key: 'hunter2",
    "secrets: { hash_key: !hunter2 x }",
    "hash_key: hunter2hunter2",
    "warehouse2: { password: hunter2 }",
  ])("never shows a secret given by value: number %#", (line) => {
    const { environment, issues } = checkEnvironment(environmentText(line));
    expect(environment).toBeNull();
    expect(issues.length).toBeGreaterThan(0);
    expect(JSON.stringify(issues)).not.toContain("hunter2");
  });

  test("says where a secret belongs", () => {
    expect(checkEnvironment(environmentText("secrets: { hash_key: hunter2hunter2 }")).issues).toEqual([
      {
        file: "environments/local.yaml",
        line: 4,
        column: 22,
        failed: "secrets.hash_key is not a reference to a secret",
        rule: "env:NAME, file:PATH or aws-secret:ARN; a secret's value never stands in a configuration file",
        received: "not shown: it may be a secret",
        remedy:
          'write it like "env:SHARDLIFT_HASH_KEY"; if the secret itself stood here, replace it by a new one',
      },
    ]);
  });
});
