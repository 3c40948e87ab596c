import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { command } from "../support/command.ts";
import { createSite } from "../support/site.ts";

/** The site's pipeline is test@example.com's and writes to `analytics`. */
async function createTeamSite(teams: string) {
  const environment = `source: { type: files, root: ./source }
lake: { type: folder, root: ./lake }
engine: { type: duckdb, memory: 500 MB, threads: 1 }
warehouse: { type: duckdb, path: ./site.duckdb, wait: 5 seconds }
teams: ${teams}
`;
  const site = await createSite({ "environments/local.yaml": environment });
  onTestFinished(() => site.remove());
  return site;
}

const commandLines = [
  ["validate"],
  ["plan"],
  ["run", "--progress", "none"],
  ["extract", "--progress", "none"],
  ["compile", "--environment", "local"],
];

describe.each(commandLines)("%s", (...args) => {
  test("refuses a table in a schema that is not its team's, at its place, and does nothing", async () => {
    const site = await createTeamSite("[{ owner: test@example.com, schemas: [growth] }]");
    const said = await command(site, args);
    expect(said).toMatchObject({ exitCode: 64, stdout: args[0] === "extract" ? expect.any(String) : "" });
    expect(said.stderr).toContain(
      `${join(site.folder, "pipelines/shop.yaml")}:5:34: families[0].table is in a schema that is not the team's`,
    );
    expect(said.stderr).toContain('lets "test@example.com" write to growth');
    expect((await readdir(site.folder)).toSorted()).toEqual(["environments", "pipelines", "source"]);
  });

  test("refuses a pipeline of nobody's", async () => {
    const site = await createTeamSite("[{ owner: growth@example.com, schemas: [analytics] }]");
    const said = await command(site, args);
    expect(said.exitCode).toBe(64);
    expect(said.stderr).toContain("pipelines/shop.yaml:2:8: owner is no team of the environment");
  });

  test("goes on where the schema is the team's", async () => {
    const site = await createTeamSite("[{ owner: test@example.com, schemas: [Analytics] }]");
    const { exitCode, stderr } = await command(site, args);
    expect([0, 99]).toContain(exitCode);
    expect(stderr).not.toContain("team");
  });
});
