import { expect, test } from "vitest";
import { readPipelines } from "../../src/config/read-pipelines.ts";
import { makeConfigFolder } from "./config-folder.ts";

const count = 300;

/** The n-th of many teams' pipelines: two families, as long as they are in practice. */
function manyPipeline(n: number, table: string): string {
  return `# yaml-language-server: $schema=../schemas/pipeline.schema.json
name: team-${n}
owner: team-${n}@example.com
property: { dataset: analytics_${100_000 + n}, project: team-${n}-prod, time_zone: Europe/Berlin, start: 2021-03-01 }
families:
  - { family: ga4_events, table: ${table}, shards: [daily, intraday], duplicates: event_id }
  - { family: ga4_users, table: team_${n}.users, shards: [daily] }
schedule: "${n % 60} */3 * * *"
lookback: 10 days
retention: ${(n % 400) + 10} days
columns: { drop: [user_properties.email, event_params.email], hash: [user_id] }
filter: [{ column: platform, in: [WEB, IOS] }]
`;
}

test(`${count} pipelines are read together, each with its own values, and what two share is found`, async () => {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const tableOf = (n: number) => (n === count ? "TEAM_7.events" : `team_${n}.events`);
  const files = numbers.map((n) => [`pipelines/team-${n}.yaml`, manyPipeline(n, tableOf(n))]);
  const root = await makeConfigFolder(Object.fromEntries(files));
  const { pipelines, issues } = await readPipelines(root, null);
  // Sorted by file name, team-300 comes before team-7.
  expect(issues.map(({ file, line, received }) => [file.replace(`${root}/`, ""), line, received])).toEqual([
    ["pipelines/team-7.yaml", 6, '"team_7.events"'],
  ]);
  const retained = new Map(pipelines.map(({ name, retentionDays }) => [name, retentionDays]));
  const expected = numbers.filter((n) => n !== 7).map((n) => [`team-${n}`, (n % 400) + 10] as const);
  expect(retained).toEqual(new Map(expected));
});
