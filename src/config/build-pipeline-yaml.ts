import { stringify } from "yaml";
import { type FamilyName, families } from "../days/families.ts";
import type { InitAnswers } from "./init-questions.ts";

/** Ends of table names; no two families of one property share one. */
const tableEndings: Record<FamilyName, string> = {
  ga4_events: "events",
  firebase_events: "events",
  ga360_sessions: "sessions",
  ga4_users: "users",
  ga4_pseudonymous_users: "pseudonymous_users",
};

/**
 * A commented pipeline file that `validate` accepts.
 * @param schemaPath of the JSON Schema, as seen from `pipelines/`; null leaves the line for editors out.
 */
export function buildPipelineYaml(answers: InitAnswers, schemaPath: string | null): string {
  const parts = [buildHead(answers, schemaPath), buildProperty(answers), buildFamilies(answers), policy];
  return `${parts.join("\n\n")}\n`;
}

function buildHead({ name, owner }: InitAnswers, schemaPath: string | null): string {
  return [
    ...(schemaPath === null ? [] : [`# yaml-language-server: $schema=${schemaPath}`, "#"]),
    "# `shardlift validate` checks this file.",
    "",
    `name: ${scalar(name)}`,
    `owner: ${scalar(owner)} # who is asked when something is wrong`,
  ].join("\n");
}

function buildProperty({ dataset, project, timeZone, start }: InitAnswers): string {
  return [
    "# One property is one BigQuery dataset; its days run in the time zone that is set in Google Analytics.",
    "property:",
    `  dataset: ${scalar(dataset)}`,
    ...(project === null ? [] : [`  project: ${scalar(project)}`]),
    `  time_zone: ${scalar(timeZone)}`,
    start === null
      ? "  # start: 2021-03-01 # days before it are ignored"
      : `  start: ${start} # days before it are ignored`,
  ].join("\n");
}

function buildFamilies(answers: InitAnswers): string {
  const entries = answers.families.flatMap((family) => [
    `  - family: ${family}`,
    `    table: ${answers.schema}.${buildTable(answers.name, family)}`,
    `    shards: [${Object.keys(families[family].shards).join(", ")}] # ${families[family].title}: the best that is there`,
    `    duplicates: ${families[family].duplicates} # event_id: of equal rows one stays; keep: all stay`,
  ]);
  return ["# What is taken, and the warehouse table it goes into.", "families:", ...entries].join("\n");
}

/** A table may not begin with a digit, a pipeline may. */
function buildTable(name: string, family: FamilyName): string {
  const stem = name.replaceAll("-", "_");
  return `${/^\d/.test(stem) ? "p" : ""}${stem}_${tableEndings[family]}`;
}

const policy = `schedule: "0 */3 * * *" # every three hours; a run that finds nothing new costs next to nothing
lookback: 10 days # how many last days a run looks at
late_after: 36 hours # a day without data by then is reported as missing
# retention: 400 days # older days would be in <table>_all only
schema: evolve # new columns are taken over; \`freeze\` stops the run instead

# Personal data: columns, members of structs, or keys of parameters. \`hash\` needs secrets.hash_key in the environment.
# columns:
#   drop: [user_properties.email]
#   hash: [user_id]

# Only rows that meet every condition are taken; the others are counted.
# filter:
#   - column: platform
#     in: [WEB, IOS]`;

/** Quoted only where YAML would read something else than text. */
function scalar(text: string): string {
  return stringify(text, { lineWidth: 0 }).trimEnd();
}
