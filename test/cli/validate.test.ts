import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { environmentText } from "../config/texts.ts";
import { command } from "../support/command.ts";
import { createSite } from "../support/site.ts";

const hashing = `name: shop
owner: test@example.com
property: { dataset: analytics_1, time_zone: Europe/Berlin }
families:
  - { family: ga4_events, table: analytics.events }
columns: { hash: [user_id] }
`;

/** One environment with a key and one without. */
async function openSite() {
  const site = await createSite({
    "pipelines/shop.yaml": hashing,
    "environments/local.yaml": environmentText(),
    "environments/prod.yaml": environmentText("secrets: { hash_key: env:KEY }"),
  });
  onTestFinished(() => site.remove());
  return site;
}

test("what a pipeline lacks in one of the environments is told, as that one's commands tell it", async () => {
  const site = await openSite();
  const said = await command(site, ["validate"]);
  expect(said).toMatchObject({ exitCode: 64, stdout: "" });
  const told = [
    `${join(site.folder, "pipelines/shop.yaml")}:6:12: columns.hash needs a key that the environment does not name`,
    "  rule: columns.hash takes its key from `secrets.hash_key` of the environment",
    `  received: ${join(site.folder, "environments/local.yaml")} without secrets.hash_key`,
  ].join("\n");
  expect(said.stderr).toContain(told);
  expect(said.stderr).toMatch(/1 problem in 1 file\n$/);
  const planned = await command(site, ["plan"]);
  expect(planned).toMatchObject({ exitCode: 64, stderr: expect.stringContaining(told) });
});

test("with --environment that one is looked at alone, with its pipelines", async () => {
  const site = await openSite();
  expect(await command(site, ["validate", "--environment", "prod"])).toMatchObject({
    exitCode: 0,
    stdout: "1 pipeline and 1 environment, all valid\n",
  });
  expect(await command(site, ["validate", "-e", "local", "--json"])).toMatchObject({
    exitCode: 64,
    stdout: expect.stringContaining('"pipelines":0,"environments":1,"issues":[{'),
  });
  expect(await command(site, ["validate", "-e", "prd"])).toMatchObject({
    exitCode: 64,
    stderr: expect.stringContaining("there is no such environment"),
  });
});
