import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { baseColumns } from "../../contracts/warehouse-lake.ts";
import { table } from "../../contracts/warehouse-world.ts";
import {
  createSnowflakeWorld,
  createStrangeKey,
  privateKey,
  type SnowflakeWorld,
} from "./snowflake-world.ts";

const program = join(import.meta.dirname, "../../../scripts/verify-snowflake.ts");

let world: SnowflakeWorld;
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await world.end();
});

/** An account with somebody's table in it, and an environment file that names it. */
async function begin(): Promise<string> {
  world = await createSnowflakeWorld();
  await world.warehouse.prepare(table, baseColumns);
  const folder = join(world.folder, "config");
  await mkdir(join(folder, "environments"), { recursive: true });
  await writeFile(join(world.folder, "key.pem"), privateKey);
  await writeFile(join(folder, "environments", "trial.yaml"), renderEnvironment());
  return folder;
}

function renderEnvironment(): string {
  const { port } = new URL(world.double.url);
  return `source: { type: files, root: ${join(world.folder, "source")} }
lake: { type: folder, root: ${join(world.folder, "shardlift")} }
engine: { type: duckdb, memory: 1 GB }
catalog: { type: none }
warehouse:
  type: snowflake
  account: myorg-shop
  user: SHARDLIFT
  auth: key_pair
  private_key: file:${join(world.folder, "key.pem")}
  role: LOADER
  warehouse: LOAD_WH
  database: LAKE
  stage: LAKE.SHARDLIFT.LAKE
  file_format: LAKE.SHARDLIFT.PARQUET
  integration: SHARDLIFT_LAKE
  lake_url: s3://shop-lake/shardlift/
  host: 127.0.0.1
  port: ${port}
  protocol: http
`;
}

interface Run {
  child: ChildProcess;
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

function verify(config: string): Run {
  const child = spawn(process.execPath, [program, "--config", config, "--environment", "trial"]);
  children.push(child);
  const texts = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    texts.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    texts.stderr += chunk;
  });
  const ended = new Promise<Awaited<Run["ended"]>>((resolve) => {
    child.on("close", (code) => resolve({ code, ...texts }));
  });
  return { child, ended };
}

/** What stands in the account, and in the lake. */
async function look() {
  const { catalog } = world.double.world;
  const names = catalog.all().map(({ kind, name }) => `${kind} ${name.join(".")}`);
  const files = await readdir(join(world.folder, "shardlift"), { recursive: true });
  return {
    names: names.sort(),
    schemas: [...catalog.schemas].sort(),
    files: files.filter((file) => file.endsWith(".parquet")),
  };
}

describe("npm run verify:snowflake", () => {
  test("finds what is assumed, and leaves the account as it was", async () => {
    const config = await begin();
    const before = await look();
    const { code, stdout, stderr } = await verify(config).ended;
    expect(stderr).toMatch(/^scratch schema "LAKE"\."SHARDLIFT_VERIFY_[0-9A-F]{12}"/);
    expect(stdout.match(/^DIFFERS.*\n.*\n.*$/gm) ?? []).toEqual([]);
    expect(stdout).toMatch(/\n\d+ questions, 0 differ\n$/);
    expect(code).toBe(0);
    expect(await look()).toEqual(before);
  });

  test("names nothing outside its schema but what it reads files and runs with", async () => {
    const config = await begin();
    const from = world.double.queries().length;
    await verify(config).ended;
    const said = world.double
      .queries()
      .slice(from)
      .map(({ sql }) => sql);
    const foreign = /"LAKE"\."(?!SHARDLIFT_VERIFY_|SHARDLIFT"\.)/;
    expect(said.filter((sql) => foreign.test(sql))).toEqual([]);
    expect(
      said.filter((sql) => /^(CREATE|DROP) (SCHEMA|DATABASE)/.test(sql)).map((sql) => sql.slice(0, 39)),
    ).toEqual([
      expect.stringContaining("CREATE SCHEMA"),
      expect.anything(),
      expect.stringContaining("DROP SCHEMA"),
    ]);
  });

  test("says where the account does otherwise, with exit code 1", async () => {
    const config = await begin();
    world.double.faults.add({
      do: "rewrite",
      sql: /^COPY INTO \S+ \("_DAY", "_GENERATION", "EVENT_ID"\).*g1-00001/s,
      rows: (rows) => rows.slice(0, 1),
    });
    const { code, stdout } = await verify(config).ended;
    expect(stdout).toMatch(
      /DIFFERS COPY's answer has a row for each file.*\n.*\n {8}seen: {4}2 LOADED g1-00000.parquet\n/,
    );
    expect(stdout).toMatch(/\n\d+ questions, 1 differ\n$/);
    expect(code).toBe(1);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("takes all away again after %s", async (signal) => {
    const config = await begin();
    const before = await look();
    let release = () => {};
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.double.faults.add({ do: "hold", until, sql: /^COPY/ });
    const { child, ended } = verify(config);
    await vi.waitFor(
      () => expect(world.double.log.some(({ sql }) => /^COPY/.test(sql ?? ""))).toBe(true),
      30_000,
    );
    child.kill(signal);
    const { code, stderr } = await ended;
    release();
    expect(code).toBe(signal === "SIGINT" ? 130 : 143);
    expect(stderr).toMatch(/taking schema and files away\n/);
    expect(await look()).toEqual(before);
  });

  test("names no schema where it cannot even sign in", async () => {
    const config = await begin();
    await writeFile(join(world.folder, "key.pem"), createStrangeKey());
    const { code, stdout, stderr } = await verify(config).ended;
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr).toMatch(/^Signing in to Snowflake account myorg-shop failed\.\n/);
    expect(stderr).not.toContain("scratch schema");
  });

  test("drops nothing where its schema is refused", async () => {
    const config = await begin();
    const before = await look();
    world.double.faults.add({ do: "refuse", kind: "no privilege", message: "no", sql: /^CREATE SCHEMA/ });
    const { code, stderr } = await verify(config).ended;
    expect(stderr).toMatch(/The scratch schema .* cannot be made/);
    expect(code).toBe(64);
    expect(world.double.queries().filter(({ sql }) => /^DROP/.test(sql))).toEqual([]);
    expect(await look()).toEqual(before);
  });
});
