import { type ExaminedStep, skipStep, tryStep } from "../../examine-step.ts";
import { describeSignIn } from "../auth/describe-sign-in.ts";
import { checkTable } from "../check-table.ts";
import { createBigQueryCalls } from "../client.ts";
import { type BigQueryOptions, dataProject } from "../options.ts";
import { createBigQuerySource, describe, readTable } from "../source.ts";
import { createWayIn } from "../way-in.ts";
import type { Examining, NewestTable, TableLook } from "./examining.ts";
import { listExtractLooks } from "./extract-looks.ts";
import { lookAtSession } from "./session-look.ts";

/** No table has it: asked for where no name is known, since an answer of "not there" takes the permission to get. */
const nobody = "shardlift_doctor";

/**
 * Tries sign-in, list and get, and what reading rows needs, without reading a row, writing an object or running a job;
 * each failure names the permission that is missing and where it is granted. What stands on a step that failed is not
 * tried, and says on which.
 */
export async function* examineBigQuery(
  options: BigQueryOptions,
  dataset: string,
): AsyncGenerator<ExaminedStep> {
  const { signal } = options;
  const wayIn = createWayIn(options);
  const ask = createBigQueryCalls(options, wayIn);
  const failed = "Nobody can be signed in to BigQuery.";
  const doing = { ...describe(options, dataset), permission: "bigquery.tables.list", failed };
  const signIn = await tryStep("google", () => ask(doing, async () => describeEntry(options, wayIn)), signal);
  yield signIn;
  const known = { ...doing, principal: wayIn.principal() };
  const place = `${dataProject(options)}.${dataset}`;
  yield* examineDataset({ options, ask, doing: known, place, dataset }, signIn.ok);
}

function describeEntry({ config }: BigQueryOptions, wayIn: ReturnType<typeof createWayIn>): string {
  const who = wayIn.principal();
  return `signed in ${describeSignIn(config).way}${who === null ? "" : `, that is ${who}`}, billed to ${config.project}`;
}

async function* examineDataset(examining: Examining, isSignedIn: boolean): AsyncGenerator<ExaminedStep> {
  const { signal } = examining.options;
  const looks = listRowLooks(examining);
  const last = looks.map(([name]) => name);
  if (!isSignedIn) return yield* skipAll(["list", "get", ...last], "sign-in failed");
  let tables: string[] = [];
  const list = async () => {
    tables = await createBigQuerySource(examining.options, examining.ask).listTables(examining.dataset);
    return `${examining.place} can be listed (bigquery.tables.list): ${tables.length} ${tables.length === 1 ? "table" : "tables"}`;
  };
  const listed = await tryStep("list", list, signal);
  yield listed;
  if (!listed.ok) return yield* skipAll(["get", ...last], "list failed");
  const newest: { table: NewestTable | null } = { table: null };
  const got = await tryStep("get", () => lookAtNewest(examining, tables, newest), signal);
  yield got;
  const { table } = newest;
  if (!got.ok) return yield* skipAll(last, "get failed");
  if (table === null) return yield* skipAll(last, "it takes a table to try it on, and there is none");
  for (const [step, look] of looks) yield await tryStep(step, () => look(table), signal);
}

function* skipAll(steps: readonly string[], why: string): Generator<ExaminedStep> {
  for (const step of steps) yield skipStep(step, why);
}

/** What brings rows: extract jobs and a bucket, or sessions of the Storage Read API. */
function listRowLooks(examining: Examining): TableLook[] {
  const place = examining.options.config.extracts;
  if (place !== null) return listExtractLooks(examining, place);
  return [["session", (newest) => lookAtSession(examining, newest)]];
}

async function lookAtNewest(
  examining: Examining,
  tables: readonly string[],
  newest: { table: NewestTable | null },
): Promise<string> {
  const { options, dataset, place } = examining;
  const shards = tables.filter((table) => /_\d{8}$/.test(table));
  const [name = nobody] = shards.toSorted((a, b) => (a.slice(-8) < b.slice(-8) ? 1 : -1));
  const found = await readTable(examining, dataset, name);
  if (found === null) return "tables can be looked at (bigquery.tables.get): no table there";
  const { location } = options.config;
  // A buffer that is not empty is no matter of set-up.
  checkTable({ ...found, isStreaming: false }, { name: `${place}.${name}`, kind: "daily", location });
  newest.table = { name, found };
  const seen = `${name} in ${found.location}, ${found.rows ?? "no"} rows, ${found.bytes} bytes`;
  return `tables can be looked at (bigquery.tables.get): ${seen}`;
}
