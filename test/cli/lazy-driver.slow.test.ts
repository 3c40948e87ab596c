import { spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createSnowflakeWorld,
  privateKey,
  type SnowflakeWorld,
} from "../adapters/snowflake/snowflake-world.ts";
import { command } from "../support/command.ts";
import { createSnowflakeSite } from "./snowflake-site.ts";

const cli = join(import.meta.dirname, "../../src/cli.ts");

/** Tells at the end whether anything of the driver was loaded; a CommonJS package is in this cache, whoever loads it. */
const witness = `data:text/javascript,${encodeURIComponent(`
  import Module from "node:module";
  process.on("exit", () => {
    const loaded = Object.keys(Module._cache).filter((path) => path.includes("/snowflake-sdk/"));
    process.stderr.write("\\nfiles of the driver: " + loaded.length + "\\n");
  });
`)}`;

let world: SnowflakeWorld;

beforeAll(async () => {
  world = await createSnowflakeWorld();
  await createSnowflakeSite(world, [
    {
      name: "shop",
      dataset: "shop",
      timeZone: "Europe/Berlin",
      start: "2026-11-01",
      families: [{ family: "ga4_events", table: "shop_events" }],
    },
  ]);
  const rows = ["--family", "ga4_events", "--rows", "5", "--days", "2026-11-01", "--dataset", "shop"];
  const made = await command(world, ["generate", ...rows, "--to", join(world.folder, "source")]);
  expect(made).toMatchObject({ exitCode: 0 });
});
afterAll(() => world.end());

interface Ran {
  code: number | null;
  driverFiles: number;
}

function run(args: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, ["--import", witness, cli, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, SHARDLIFT_CONFIG: world.folder, SNOWFLAKE_KEY: privateKey },
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      const told = /files of the driver: (\d+)\n$/.exec(stderr);
      if (told === null) reject(new Error(stderr));
      else if (code !== 0) reject(new Error(stderr));
      else resolve({ code, driverFiles: Number(told[1]) });
    });
  });
}

const at = ["--environment", "snow", "--now", "2026-11-02T12:00:00Z"];

describe("Snowflake's driver, which takes most of a second to load,", () => {
  test.each([
    ["validate", ["validate"]],
    ["plan", ["plan", ...at]],
    ["extract", ["extract", ...at]],
    [
      "bootstrap, where it prints",
      ["bootstrap", "--environment", "snow", "--aws-role", "arn:aws:iam::123456789012:role/a"],
    ],
    ["run in an environment with another warehouse", ["run", "--environment", "duck", ...at.slice(2)]],
  ])("is not loaded by %s", async (_, args) => {
    expect(await run(args)).toEqual({ code: 0, driverFiles: 0 });
  });

  test("is loaded by a command that asks the warehouse", async () => {
    const { code, driverFiles } = await run(["query", "--environment", "snow", "SELECT 1"]);
    expect([code, driverFiles > 10]).toEqual([0, true]);
  });
});
