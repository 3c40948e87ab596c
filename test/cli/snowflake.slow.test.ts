import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  createSnowflakeWorld,
  createStrangeKey,
  type SnowflakeWorld,
} from "../adapters/snowflake/snowflake-world.ts";
import { readBlocks } from "../docs/read-blocks.ts";
import { command, readLine } from "../support/command.ts";

const days = "2026-11-01..2026-11-02";

/** A site whose warehouse is the double, beside one with a DuckDB file, over one source and a lake each. */
async function writeSite({ folder, options }: SnowflakeWorld): Promise<void> {
  const { endpoint } = options.config;
  const base = "source: { type: files, root: ./source }\nproduction: false\n";
  const files = {
    "environments/local.yaml": `${base}lake: { type: folder, root: ./lake }\nwarehouse: { type: duckdb, path: ./w.duckdb }\n`,
    "environments/snow.yaml": `${base}lake: { type: folder, root: ./shardlift }
warehouse:
  type: snowflake
  account: myorg-shop
  user: shardlift
  auth: key_pair
  private_key: env:SNOWFLAKE_KEY
  role: loader
  warehouse: load_wh
  database: lake
  stage: lake.shardlift.lake
  integration: shardlift_lake
  lake_url: s3://shop-lake/shardlift/
  protocol: http
  host: 127.0.0.1
  port: ${endpoint?.port}
`,
    "pipelines/web-shop.yaml": `name: web-shop
owner: growth@example.com
property: { dataset: analytics_123456789, time_zone: Europe/Berlin, start: 2026-11-01 }
families:
  - { family: ga4_events, table: analytics.web_shop_events }
`,
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

let world: SnowflakeWorld;
let key: string;

beforeEach(async () => {
  world = await createSnowflakeWorld();
  key = await world.options.readSecret({ from: "env", name: "KEY" });
  await writeSite(world);
});
afterEach(() => world.end());

const say = (args: string[]) => command(world, args, { env: { SNOWFLAKE_KEY: key } });
const inSnowflake = ["--environment", "snow"];
const at = ["--now", "2026-11-06T12:00:00Z", "--days", days];

async function ask(environment: string, sql: string): Promise<Record<string, unknown>[]> {
  const said = await say(["query", "--environment", environment, "--json", sql]);
  expect(said).toMatchObject({ exitCode: 0, stderr: "" });
  return said.stdout
    .trim()
    .split("\n")
    .map((line) =>
      Object.fromEntries(
        Object.entries(JSON.parse(line) as Record<string, string>).map(([name, value]) => [
          name.toLowerCase(),
          value,
        ]),
      ),
    );
}

/** Texts of values that both warehouses write alike; objects by what they hold, whatever the order of keys. */
const canonical = (rows: Record<string, unknown>[]) =>
  rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, readValue(value)])));

function readValue(value: unknown): unknown {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
  // Digits beyond 2^53 stay text.
  return JSON.parse(value.replace(/([:[,]\s*)(-?\d{16,})(?=\s*[,}\]])/g, '$1"$2"'), (_, inner) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(
          Object.entries(inner)
            .filter(([, part]) => part !== null)
            .sort(),
        )
      : inner,
  );
}

describe("a pipeline that ran on DuckDB", () => {
  beforeEach(async () => {
    const wish = [
      "--family",
      "ga4_events",
      "--rows",
      "300",
      "--days",
      days,
      "--to",
      join(world.folder, "source"),
    ];
    expect(await say(["generate", ...wish])).toMatchObject({ exitCode: 0 });
  });

  test("runs with a Snowflake warehouse: hot, cold and ledger hold the same", async () => {
    for (const environment of ["local", "snow"]) {
      const said = await say(["run", "--environment", environment, ...at]);
      expect(said.exitCode, said.stderr + said.stdout).toBe(0);
      expect((await say(["run", "--environment", environment, ...at])).exitCode).toBe(0);
      const balance = await say(["reconcile", "--environment", environment, ...at]);
      expect(balance.exitCode, balance.stdout).toBe(0);
    }
    const form = (json: string) => (view: string) =>
      `SELECT event_id, event_name, CAST(event_timestamp AS VARCHAR) AS event_timestamp, user_pseudo_id, platform,
         ${json}(event_params) AS event_params, ${json}(device) AS device, ${json}(items) AS items, ${json}(geo) AS geo
       FROM analytics.web_shop_events${view} ORDER BY event_id`;
    for (const view of ["", "_cold", "_all"]) {
      const rows = canonical(await ask("snow", form("TO_JSON")(view)));
      expect(rows).toHaveLength(600);
      expect(rows).toEqual(canonical(await ask("local", form("to_json")(view))));
    }
    const ledger = `SELECT CAST(day AS VARCHAR) AS day, shard_kind, is_final, is_hot, "rows", duplicates, filtered, checksum
      FROM analytics.web_shop_events_days ORDER BY day`;
    expect(await ask("snow", ledger.replace('"rows"', '"ROWS"'))).toEqual(await ask("local", ledger));
  });

  test("moves to Snowflake over the lake that it has: run --all loads what heads call loaded already", async () => {
    const now = ["--now", "2026-11-03T12:00:00Z"];
    const lines =
      "lake: { type: folder, root: ./shardlift }\nwarehouse: { type: duckdb, path: ./before.duckdb }\n";
    const text = `source: { type: files, root: ./source }\nproduction: false\n${lines}`;
    await writeFile(join(world.folder, "environments/before.yaml"), text);
    expect(await say(["run", "--environment", "before", ...now])).toMatchObject({ exitCode: 0 });
    const count = async (view: string) => {
      const sql = `SELECT CAST(_day AS VARCHAR) AS day, COUNT(*) AS row_count FROM analytics.web_shop_events${view} GROUP BY 1 ORDER BY 1`;
      return ask("snow", sql);
    };
    const table = { schema: "analytics", table: "web_shop_events" };

    const json = ["--json", "--progress", "none"];
    const unaware = await say(["run", ...inSnowflake, ...now, ...json]);
    expect(readLine(unaware)).toMatchObject({ outcome: "nothing to do", rows: 0 });
    expect(await world.warehouse.readLedger(table, "all")).toEqual([]);

    const moved = await say(["run", ...inSnowflake, ...now, "--all", ...json]);
    expect(moved.exitCode, moved.stderr).toBe(0);
    const all = [1, 2].map((day) => ({ day: `2026-11-0${day}`, row_count: "300" }));
    for (const view of ["", "_cold", "_all"]) expect(await count(view)).toEqual(all);
    const balance = await say(["reconcile", ...inSnowflake, ...now, "--all", "--json"]);
    expect(readLine(balance)).toMatchObject({ outcome: "all balance", days: 2, differences: 0 });
    expect(readLine(await say(["run", ...inSnowflake, ...now, "--all", ...json]))).toMatchObject({
      outcome: "nothing to do",
    });
  });

  test("is asked as on one machine", async () => {
    expect(await say(["run", ...inSnowflake, ...at])).toMatchObject({ exitCode: 0 });
    const sql = `SELECT event_params:page_location::string AS page, COUNT(*) AS views
      FROM analytics.web_shop_events_all WHERE event_name = 'page_view' AND event_params:page_location IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1`;
    const [row] = await ask("snow", sql);
    expect(row).toEqual({ page: expect.stringMatching(/^https?:/), views: expect.stringMatching(/^\d+$/) });
  });

  test("answers the questions of the documentation on hot, cold and both alike", async () => {
    expect(await say(["run", ...inSnowflake, ...at])).toMatchObject({ exitCode: 0 });
    const questions = await readQuestions();
    expect(questions).toHaveLength(11);
    for (const sql of questions) {
      const both = await ask("snow", sql);
      expect(both.length, sql).toBeGreaterThan(0);
      for (const view of ["", "_cold"]) {
        expect(await ask("snow", sql.replace("events_all", `events${view}`)), sql).toEqual(both);
      }
    }
  });

  test("tells each task's statements apart in Snowflake's history", async () => {
    await say(["extract", ...inSnowflake, ...at]);
    expect(readLine(await say(["load", ...inSnowflake, ...at]))).toMatchObject({ outcome: "done" });
    const tags = world.double
      .queries()
      .map(({ session }) => JSON.parse(String(session.parameters.get("QUERY_TAG"))));
    expect(tags).toContainEqual({
      app: "shardlift",
      pipeline: "web-shop",
      task: "load",
      days,
      run: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  test("says what is wrong with a key in one message, with its exit code, and no stack", async () => {
    await say(["extract", ...inSnowflake, ...at]);
    const said = await command(world, ["run", ...inSnowflake, ...at], { env: {} });
    expect(said).toMatchObject({ exitCode: 64 });
    expect(said.stdout + said.stderr).toContain("env:SNOWFLAKE_KEY");
    expect(said.stdout + said.stderr).not.toMatch(/\n\s+at /);
  });
});

describe("doctor", () => {
  async function examine(env: Record<string, string> = { SNOWFLAKE_KEY: key }) {
    const said = await command(world, ["doctor", ...inSnowflake, "--json"], { env });
    const { steps } = JSON.parse(said.stdout) as { steps: { step: string; ok: boolean; detail: string }[] };
    return { ...said, failed: steps.filter(({ ok }) => !ok) };
  }
  const generated = () =>
    say([
      "generate",
      "--family",
      "ga4_events",
      "--rows",
      "5",
      "--days",
      days,
      "--to",
      join(world.folder, "source"),
    ]);

  test("signs in once where that is refused, and says of what follows that it was not tried", async () => {
    await generated();
    const { exitCode, failed } = await examine({ SNOWFLAKE_KEY: createStrangeKey() });
    expect(exitCode).toBe(64);
    expect(failed.map(({ step, detail }) => `${step}: ${detail.split("\n")[0]}`)).toEqual([
      "sign-in: Signing in to Snowflake account myorg-shop failed.",
      "virtual: not tried: sign-in failed",
      "stage: not tried: sign-in failed",
      "trust: not tried: sign-in failed",
      "warehouse: not tried: sign-in failed",
    ]);
    expect(world.double.log.filter(({ path }) => path.includes("login-request"))).toHaveLength(1);
  });

  test("exits with 69 where Snowflake alone is not well", async () => {
    await generated();
    await say(["bootstrap", ...inSnowflake, ...awsRole, "--apply", "--as-role", "LOADER"]);
    const fault = { do: "refuse", kind: "warehouse suspended", message: "suspended" } as const;
    world.double.faults.add({ ...fault, sql: /^USE WAREHOUSE/ });
    const { exitCode, failed } = await examine();
    expect(failed.map(({ step }) => step)).toEqual(["virtual"]);
    expect(exitCode).toBe(69);
    expect((await examine()).exitCode).toBe(0);
  });
});

const readStatements = (text: string, pattern: RegExp) =>
  text.split("\n").filter((line) => pattern.test(line));

async function readQuestions(): Promise<string[]> {
  const page = await readFile(new URL("../../docs/snowflake-questions.md", import.meta.url), "utf8");
  return readBlocks(page).map(({ text }) => text);
}

const awsRole = ["--aws-role", "arn:aws:iam::123456789012:role/shardlift-snowflake"];

describe("bootstrap", () => {
  test("prints what an administrator runs, and replaces nothing", async () => {
    const said = await say(["bootstrap", ...inSnowflake, ...awsRole, "--readers", "analyst"]);
    expect(said.exitCode).toBe(0);
    expect(said.stdout).toContain('CREATE STORAGE INTEGRATION IF NOT EXISTS "SHARDLIFT_LAKE"');
    expect(readStatements(said.stdout, /USER (IF NOT EXISTS )?"SHARDLIFT"/)).toEqual([
      `CREATE USER IF NOT EXISTS "SHARDLIFT" TYPE = SERVICE COMMENT = 'Shardlift signs in as this';`,
      'GRANT ROLE "LOADER" TO USER "SHARDLIFT";',
      `-- ALTER USER "SHARDLIFT" SET RSA_PUBLIC_KEY = '<public key>';`,
    ]);
    expect(said.stdout).not.toMatch(/OR REPLACE/i);
    expect(world.double.queries()).toEqual([]);
  });

  test("shows the trust policy as JSON, with the names of what DESC INTEGRATION tells", async () => {
    const said = await say(["bootstrap", ...inSnowflake, ...awsRole]);
    const [, role, policy] = /\n\/\* The trust policy of (\S+), .*\n([^*]*)\*\/\n$/.exec(said.stdout) ?? [];
    expect(role).toBe(awsRole[1]);
    expect(JSON.parse(policy!)).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: "<STORAGE_AWS_IAM_USER_ARN>" },
          Action: "sts:AssumeRole",
          Condition: { StringEquals: { "sts:ExternalId": "<STORAGE_AWS_EXTERNAL_ID>" } },
        },
      ],
    });
  });

  test("gives analysts views and nothing else, which is what the page of questions asks", async () => {
    const said = await say(["bootstrap", ...inSnowflake, ...awsRole, "--readers", "analyst"]);
    expect(readStatements(said.stdout, /"ANALYST"/)).toEqual([
      'GRANT USAGE ON DATABASE "LAKE" TO ROLE "ANALYST";',
      'GRANT USAGE ON SCHEMA "LAKE"."ANALYTICS" TO ROLE "ANALYST";',
      'GRANT SELECT ON ALL VIEWS IN SCHEMA "LAKE"."ANALYTICS" TO ROLE "ANALYST";',
      'GRANT SELECT ON FUTURE VIEWS IN SCHEMA "LAKE"."ANALYTICS" TO ROLE "ANALYST";',
    ]);
    const asked = (await readQuestions()).flatMap((sql) => sql.match(/\banalytics\.\w+/g) ?? []);
    expect(new Set(asked)).toEqual(
      new Set(["analytics.web_shop_events_all", "analytics.web_shop_events_days"]),
    );
  });

  test("makes a user that is not there before it is granted the role", async () => {
    const file = join(world.folder, "environments/snow.yaml");
    await writeFile(file, (await readFile(file, "utf8")).replace("user: shardlift", "user: newcomer"));
    const admin = ["--as-user", "shardlift", "--as-role", "LOADER"];
    const said = await say(["bootstrap", ...inSnowflake, ...awsRole, "--apply", ...admin]);
    expect(said.exitCode, said.stderr).toBe(0);
    expect(said.stderr).toContain(`-- ALTER USER "NEWCOMER" SET RSA_PUBLIC_KEY = '<public key>';`);
  });

  test("runs it, twice, and prints the trust policy; then doctor is content", async () => {
    for (const _ of [1, 2]) {
      const said = await say(["bootstrap", ...inSnowflake, ...awsRole, "--apply", "--as-role", "LOADER"]);
      expect(said.exitCode, said.stderr).toBe(0);
      expect(JSON.parse(said.stdout).Statement[0]).toMatchObject({
        Action: "sts:AssumeRole",
        Principal: { AWS: expect.stringMatching(/^arn:/) },
        Condition: { StringEquals: { "sts:ExternalId": expect.stringMatching(/./) } },
      });
    }
    const wish = [
      "--family",
      "ga4_events",
      "--rows",
      "10",
      "--days",
      days,
      "--to",
      join(world.folder, "source"),
    ];
    await say(["generate", ...wish]);
    const doctor = await say(["doctor", ...inSnowflake, "--json"]);
    const { steps } = JSON.parse(doctor.stdout) as { steps: { step: string; ok: boolean; detail: string }[] };
    expect(steps.filter(({ ok }) => !ok)).toEqual([]);
    expect(steps.map(({ step }) => step)).toEqual(
      expect.arrayContaining(["sign-in", "virtual", "stage", "trust"]),
    );
  });

  test("is refused without a role of AWS, and for a DuckDB warehouse", async () => {
    expect((await say(["bootstrap", ...inSnowflake])).stderr).toContain("--aws-role");
    const other = await say(["bootstrap", "--environment", "local", ...awsRole]);
    expect(other).toMatchObject({ exitCode: 64, stderr: expect.stringContaining("type duckdb") });
  });
});
