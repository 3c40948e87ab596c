import { isShardliftError } from "../../errors.ts";
import { describeSignIn } from "./auth/describe-sign-in.ts";
import { createBigQueryCalls } from "./client.ts";
import { type BigQueryOptions, dataProject } from "./options.ts";
import { createBigQuerySource } from "./source.ts";

/** One thing that was tried, and what came of it. */
export interface BigQueryStep {
  step: string;
  ok: boolean;
  detail: string;
}

/** No table has it: asked for where no name is known, since an answer of "not there" takes the permission to get. */
const nobody = "shardlift_doctor";

/**
 * Tries sign-in, list and get, and reads nothing but metadata; each failure names the permission that is missing and
 * where it is granted. What comes after a failed sign-in is not tried; a get is, after a failed list.
 */
export async function* examineBigQuery(
  options: BigQueryOptions,
  dataset: string,
): AsyncGenerator<BigQueryStep> {
  const ask = createBigQueryCalls(options);
  const source = createBigQuerySource(options, ask);
  const place = `${dataProject(options)}.${dataset}`;
  const signIn = await tryStep("google", async () => {
    await ask(buildDoing(options, dataset), async () => {});
    return `signed in ${describeSignIn(options.config).way}, billed to ${options.config.project}`;
  });
  yield signIn;
  if (!signIn.ok) return;
  let tables: string[] = [];
  yield await tryStep("list", async () => {
    tables = await source.listTables(dataset);
    return `${place} can be listed (bigquery.tables.list): ${tables.length} ${tables.length === 1 ? "table" : "tables"}`;
  });
  const newest = tables.toSorted((a, b) => (a.slice(-8) < b.slice(-8) ? 1 : -1))[0];
  yield await tryStep("get", async () => {
    const version = await source.readVersion(dataset, newest ?? nobody, "daily", null);
    const seen =
      version === null ? "no table there" : `${newest}, ${version.rows ?? "no"} rows, ${version.bytes} bytes`;
    return `tables can be looked at (bigquery.tables.get): ${seen}`;
  });
}

function buildDoing(options: BigQueryOptions, dataset: string) {
  const { project: billed, impersonate: principal } = options.config;
  const failed = "Nobody can be signed in to BigQuery.";
  return {
    failed,
    permission: "bigquery.tables.list",
    project: dataProject(options),
    billed,
    dataset,
    principal,
  };
}

async function tryStep(step: string, look: () => Promise<string>): Promise<BigQueryStep> {
  try {
    return { step, ok: true, detail: await look() };
  } catch (error) {
    if (!isShardliftError(error)) throw error;
    return { step, ok: false, detail: error.message };
  }
}
