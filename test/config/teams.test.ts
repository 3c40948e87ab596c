import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readEnvironment, readEnvironments } from "../../src/config/read-environments.ts";
import { readPipeline, readPipelines } from "../../src/config/read-pipelines.ts";
import { makeConfigFolder, namedPipeline } from "./config-folder.ts";
import { brief, checkEnvironment, environmentText } from "./texts.ts";

const teams = "teams: [{ owner: a@example.com, schemas: [analytics, Growth] }]";

async function makeFolder(files: Record<string, string>): Promise<string> {
  const root = await makeConfigFolder(files);
  onTestFinished(() => rm(root, { recursive: true }));
  return root;
}

/** A folder with one pipeline of a@example.com, and an environment that ends in this line. */
async function check(table: string, ...lines: string[]) {
  const root = await makeFolder({
    "pipelines/web.yaml": namedPipeline("web", table),
    "environments/prod.yaml": environmentText(...lines),
  });
  const { environment } = await readEnvironment(root, "prod");
  return { root, environment: environment!, ...(await readPipeline(root, "web", environment)) };
}

describe("teams of an environment", () => {
  test("are read with their schemas as they are written", () => {
    expect(checkEnvironment(environmentText(teams)).environment?.teams).toEqual([
      { owner: "a@example.com", schemas: ["analytics", "Growth"] },
    ]);
  });

  test.each([
    ["teams: []", "4:8 teams is too short"],
    ["teams: { growth: [a] }", "4:8 teams is not a list"],
    ["teams: [{ owner: a }]", "4:9 teams[0].schemas is missing"],
    ["teams: [{ schemas: [a] }]", "4:9 teams[0].owner is missing"],
    ["teams: [{ owner: a, schemas: [] }]", "4:30 teams[0].schemas is too short"],
    ["teams: [{ owner: a, schemas: [a.b] }]", "4:31 teams[0].schemas[0] is not a schema"],
    ["teams: [{ owner: a, schemas: ['*'] }]", "4:31 teams[0].schemas[0] is not a schema"],
    ["teams: [{ owner: a, schemas: [system] }]", "4:31 teams[0].schemas[0] is not a schema"],
    ["teams: [{ owner: a, schema: [b] }]", "4:21 teams[0].schema is not a known key"],
    ["teams: [{ owner: a, schemas: [b] }, { owner: a, schemas: [c] }]", "4:46 teams[1].owner is named twice"],
  ])("say what is wrong with %s", (line, first) => {
    expect(brief(checkEnvironment(environmentText(line)).issues)[0]).toBe(first);
  });
});

describe("a pipeline in an environment", () => {
  test("may write anywhere where there are no teams", async () => {
    expect((await check("anything.events")).issues).toEqual([]);
  });

  test.each(["analytics.events", "growth.events", "ANALYTICS.events"])(
    "may write to %s, a schema of its team, whatever the case",
    async (table) => {
      const { pipeline, issues } = await check(table, teams);
      expect([pipeline?.name, issues]).toEqual(["web", []]);
    },
  );

  test("may not write to a schema of nobody's or of others", async () => {
    const others =
      "teams: [{ owner: a@example.com, schemas: [web] }, { owner: b@example.com, schemas: [finance] }]";
    const { root, pipeline, issues } = await check("finance.events", others);
    expect(pipeline).toBeNull();
    expect(issues).toEqual([
      {
        file: join(root, "pipelines/web.yaml"),
        line: 5,
        column: 34,
        failed: "families[0].table is in a schema that is not the team's",
        rule: `teams of ${join(root, "environments/prod.yaml")} lets "a@example.com" write to web`,
        received: '"finance.events"',
        remedy: 'write "web.events"; who keeps the environment lets a team into another schema',
      },
    ]);
  });

  test("is one of a team", async () => {
    const { root, issues } = await check("web.events", "teams: [{ owner: b@example.com, schemas: [web] }]");
    expect(issues).toEqual([
      {
        file: join(root, "pipelines/web.yaml"),
        line: 2,
        column: 8,
        failed: "owner is no team of the environment",
        rule: `teams of ${join(root, "environments/prod.yaml")} says who may have pipelines there`,
        received: '"a@example.com"',
        remedy:
          'did you mean "b@example.com"? there are: b@example.com; who keeps the environment adds a team',
      },
    ]);
  });

  test("is told of each table by itself, with what else is wrong", async () => {
    const root = await makeFolder({
      "pipelines/web.yaml": [
        "name: web",
        "owner: a@example.com",
        "property: { dataset: analytics_1, time_zone: UTC }",
        "families:",
        "  - { family: ga4_events, table: finance.events }",
        "  - { family: ga4_users, table: analytics.users }",
        "  - { family: ga4_pseudonymous_users, table: hr.users }",
        "lookback: soon",
      ].join("\n"),
      "environments/prod.yaml": environmentText(teams),
    });
    const { environment } = await readEnvironment(root, "prod");
    expect(brief((await readPipelines(root, environment)).issues)).toEqual([
      "8:11 lookback is not a length of time",
      "5:34 families[0].table is in a schema that is not the team's",
      "7:46 families[2].table is in a schema that is not the team's",
    ]);
  });
});

const keyRule = "columns.hash takes its key from `secrets.hash_key` of the environment";

test("several environments are looked at together, with all that each asks", async () => {
  const root = await makeFolder({
    "pipelines/web.yaml": namedPipeline("web", "web.events", "columns: { hash: [user_id] }"),
    "environments/keyed.yaml": environmentText("secrets: { hash_key: env:KEY }"),
    "environments/open.yaml": environmentText(),
    "environments/prod.yaml": environmentText(teams),
    "environments/test.yaml": environmentText("teams: [{ owner: a@example.com, schemas: [test] }]"),
  });
  const { environments } = await readEnvironments(root);
  const { pipelines, issues } = await readPipelines(root, null, environments);
  expect(pipelines).toEqual([]);
  expect(issues.map(({ rule, received }) => `${rule}: ${received}`.replaceAll(`${root}/`, ""))).toEqual([
    `${keyRule}: environments/open.yaml without secrets.hash_key`,
    `${keyRule}: environments/prod.yaml without secrets.hash_key`,
    'teams of environments/prod.yaml lets "a@example.com" write to analytics, Growth: "web.events"',
    `${keyRule}: environments/test.yaml without secrets.hash_key`,
    'teams of environments/test.yaml lets "a@example.com" write to test: "web.events"',
  ]);
});
