import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { command } from "../support/command.ts";
import { expectRefusal, now, openSite } from "../support/shop.ts";

const run = ["run", "--progress", "none", ...now];

describe("configuration", () => {
  test.each<[string, string, string]>([
    ["an unknown key", "famlies: []\n", "famlies"],
    ["a wrong type", "lookback: [1]\n", "lookback"],
  ])("%s is told at its place", async (_, line, key) => {
    const site = await openSite();
    const file = join(site.folder, "pipelines", "shop.yaml");
    writeFileSync(file, readFileSync(file, "utf8") + line);
    const said = await command(site, run);
    expectRefusal(said, 64, "pipelines/shop.yaml:6:", key, "rule:");
  });

  test("a bad zone, with what was meant", async () => {
    const site = await openSite();
    const file = join(site.folder, "pipelines", "shop.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("Europe/Berlin", "Europe/Berlim"));
    expectRefusal(await command(site, run), 64, "pipelines/shop.yaml:3:", "Europe/Berlin");
  });

  test("two pipelines into one table", async () => {
    const site = await openSite();
    const text = readFileSync(join(site.folder, "pipelines", "shop.yaml"), "utf8");
    writeFileSync(join(site.folder, "pipelines", "twin.yaml"), text.replace("name: shop", "name: twin"));
    expectRefusal(await command(site, ["validate"]), 64, "analytics.events");
  });

  test.each([
    `"events\\"; drop table x"`,
    `"../events"`,
    `"analytics.еvents"`,
    `"a.b;c"`,
    `"analytics.e\\u0000"`,
  ])("the hostile table name %s", async (name) => {
    const site = await openSite();
    const file = join(site.folder, "pipelines", "shop.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace("analytics.events", name));
    expectRefusal(await command(site, run), 64, "pipelines/shop.yaml:5:");
  });

  test("a DuckDB warehouse over a lake on S3", async () => {
    const site = await openSite();
    const file = join(site.folder, "environments", "local.yaml");
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace("{ type: folder, root: ./lake }", "{ type: s3, bucket: x }"),
    );
    expectRefusal(await command(site, run), 64, "environments/local.yaml:", "S3");
  });
});

describe("days", () => {
  test("in the future", async () => {
    const site = await openSite();
    expectRefusal(
      await command(site, [...run, "--days", "2026-12-24"]),
      64,
      "2026-12-24",
      "today is 2026-11-23",
    );
  });

  test("the wrong way round", async () => {
    const site = await openSite();
    expectRefusal(
      await command(site, [...run, "--days", "2026-11-22..2026-11-20"]),
      64,
      "2026-11-20..2026-11-22",
    );
  });

  test("that are none", async () => {
    const site = await openSite();
    expectRefusal(await command(site, [...run, "--days", "yesterday"]), 64, "yesterday");
  });
});
