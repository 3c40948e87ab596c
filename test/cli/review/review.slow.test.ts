import { appendFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { command } from "../../support/command.ts";
import { createSite } from "../../support/site.ts";

const at = ["--now", "2026-11-23T11:00:00Z"];

async function create(files: Record<string, string> = {}) {
  const site = await createSite(files);
  onTestFinished(() => site.remove());
  return site;
}

const pipeline = `name: shop
owner: test@example.com
property: { dataset: analytics_1, project: shop-prod, time_zone: Europe/Berlin, start: 2026-11-01 }
families:
  - { family: ga4_events, table: analytics.events, shards: [daily, intraday] }
  - { family: ga4_users, table: analytics.users }
schedule: "0 */3 * * *"
retention: 400 days
lookback: 3 days
columns: { drop: [user_properties.email], hash: [user_id] }
filter: [{ column: platform, in: [WEB] }, { column: platform, exists: true }]
`;

test("a right pipeline is told whole, with what it reads, and nothing is written", async () => {
  const site = await create({ "pipelines/shop.yaml": pipeline });
  const environment = join(site.folder, "environments/local.yaml");
  await appendFile(environment, "secrets: { hash_key: env:KEY }\n");
  const shards = ["--days", "2026-11-21..2026-11-22", "--rows", "50", "--dataset", "analytics_1"];
  await command(site, ["generate", ...shards, "--to", join(site.folder, "source")]);
  const said = await command(site, ["review", "shop", ...at]);
  expect(said).toMatchObject({ exitCode: 0, stderr: "" });
  const sizes = said.stdout.replaceAll(/[\d.]+ [kM]?B/g, "SIZE").replaceAll(/\b5\d rows/g, "N rows");
  expect(sizes.replaceAll(/ 5\d \|/g, " N |")).toBe(`## Shardlift: every file is right, in \`local\`

### \`shop\`

Of \`test@example.com\`, from \`shop-prod.analytics_1\` with days in \`Europe/Berlin\`.

| table | rows | from shards | rows with one id |
|---|---|---|---|
| \`analytics.events\`, \`…_all\`, \`…_days\` | GA4 events | daily, intraday | one stays |
| \`analytics.users\`, \`…_all\`, \`…_days\` | GA4 users | daily | all stay |

- personal data: drops \`user_properties.email\`; hashes \`user_id\`
- takes only rows that meet the conditions on \`platform\`
- hot for 400 days
- DAG \`shardlift__shop\`: \`0 0 * * *\` (UTC)
- DAG \`shardlift__shop__intraday\`: \`0 */3 * * *\` (UTC)

**The next run** looks at 2026-11-21 to 2026-11-23 and reads 2 shards: 100 rows, SIZE.

**Every later day** has about SIZE (mean of 2 daily shards): SIZE in 30 days. A day that Google restates is read again, one that did not change is not.

**The 20 days before** are read by no schedule (about SIZE, if they are as large): start \`shardlift__backfill\` for them.

<details><summary>Day by day</summary>

| day | family | state | does | rows | size | why |
|---|---|---|---|---|---|---|
| 2026-11-22 | ga4_events | open | extract → load → refresh | N | SIZE | \`new daily shard: N rows, SIZE\` |
| 2026-11-22 | ga4_users | waiting | wait |  |  | \`no shard yet, late data is waited for\` |
| 2026-11-21 | ga4_events | open | extract → load → refresh | N | SIZE | \`new daily shard: N rows, SIZE\` |
| 2026-11-21 | ga4_users | missing | wait |  |  | \`no shard, and late_after has passed: missing\` |

2 further days without a line here.

</details>
`);
  expect((await readdir(site.folder)).toSorted()).toEqual(["environments", "pipelines", "source"]);
});

test("a change of row rules says what becomes of older days", async () => {
  const site = await create();
  const shards = ["--days", "2026-11-22", "--rows", "50", "--dataset", "analytics_1"];
  await command(site, ["generate", ...shards, "--to", join(site.folder, "source")]);
  expect(await command(site, ["run", "--progress", "none", ...at])).toMatchObject({ exitCode: 0 });
  const same = await command(site, ["review", "shop", ...at]);
  expect(same.stdout).toContain("and reads nothing.");
  expect(same.stdout).not.toContain("row rules");
  await appendFile(join(site.folder, "pipelines/shop.yaml"), "columns: { drop: [user_id] }\n");
  const changed = await command(site, ["review", "shop", ...at]);
  expect(changed.stdout).toContain("reads 1 shard: ");
  expect(changed.stdout).toContain("**The row rules change**: older days keep their rows until");
});

test("problems of every file are told by places inside the folder, those of right ones planned all the same", async () => {
  const site = await create({ "pipelines/other.yaml": "name: other\n" });
  const said = await command(site, ["review", "pipelines/shop.yaml", "other", "gone", "--annotate", ...at]);
  expect(said.exitCode).toBe(64);
  expect(said.stdout).toContain(
    "## Shardlift: files have to be mended, in `local`\n\n```text\npipelines/other.yaml:1:1:",
  );
  expect(said.stdout).toContain("### `shop`\n\nOf `test@example.com`");
  expect(said.stdout).toContain("### `other`\n\nHas problems, told above.");
  expect(said.stdout).toContain("### `gone`\n\nIs removed:");
  expect(said.stdout).not.toContain(site.folder);
  expect(said.stderr.trimEnd().split("\n")).toHaveLength(3);
  expect(said.stderr).toMatch(
    /^::error file=pipelines\/other\.yaml,line=1,col=1,title=Shardlift::owner is missing/,
  );
});

test("an environment with problems keeps its pipelines from being planned, not from being read", async () => {
  const site = await create();
  await appendFile(join(site.folder, "environments/local.yaml"), "kep: 1 day\n");
  const said = await command(site, ["review", "shop", ...at]);
  expect(said.exitCode).toBe(64);
  expect(said.stdout).toMatch(
    /^## Shardlift: files have to be mended\n\n```text\nenvironments\/local\.yaml:6:1: kep is/,
  );
  expect(said.stdout).toContain("### `shop`\n\nOf `test@example.com`");
});

test("an environment that is not there is no review", async () => {
  const said = await command(await create(), ["review", "--environment", "prdo"]);
  expect(said).toMatchObject({ exitCode: 64, stdout: "" });
  expect(said.stderr).toContain("there is no such environment");
});

test("a source that fails is told of its pipeline, with the code of that failure", async () => {
  const site = await create();
  await rm(join(site.folder, "source"), { recursive: true });
  const said = await command(site, ["review", "shop", ...at]);
  expect(said.exitCode).toBe(64);
  expect(said.stdout).toContain("What it would read could not be looked at:\n\n```text\nThe source folder ");
  const alone = await command(site, ["review", "shop", "--no-plan"]);
  expect(alone.exitCode).toBe(0);
  expect(alone.stdout).toContain("nobody is signed in here");
});

test("without a changed pipeline the files are checked alone", async () => {
  const said = await command(await create(), ["review"]);
  expect(said).toEqual({
    exitCode: 0,
    stdout: "## Shardlift: every file is right, in `local`\n\nNo pipeline is changed.\n",
    stderr: "",
  });
});

test("a hundred pipelines fit into one comment", async () => {
  const site = await create();
  const names = Array.from({ length: 150 }, (_, index) => `p${index}`);
  for (const name of names) {
    const text = pipeline.replace("name: shop", `name: ${name}`).replace(/columns:.*\n/, "");
    await writeFile(join(site.folder, `pipelines/${name}.yaml`), text.replaceAll(/analytics\./g, `${name}.`));
  }
  const said = await command(site, ["review", "--no-plan", ...names]);
  expect(said.exitCode).toBe(0);
  expect(said.stdout.length).toBeLessThan(61_000);
  expect(said.stdout).toMatch(/\nAnd \d+ more pipelines: `shardlift plan` shows each\.\n$/);
});
