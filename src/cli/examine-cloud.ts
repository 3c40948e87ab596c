import type { ExaminedStep } from "../adapters/examine-step.ts";
import type { Environment } from "../config/types.ts";
import { familyPrefix } from "../lake/keys.ts";
import type { TaskContext } from "../tasks/context.ts";
import { readReference } from "./read-secret.ts";
import { buildSnowflakeOptions } from "./wiring.ts";

type Examined = AsyncIterable<ExaminedStep>;

/**
 * What each service of the environment needs, right by right and read-only, before source, lake, engine and warehouse are
 * tried as commands use them. Nothing for what is on this machine.
 */
export async function* examineCloud(context: TaskContext, env: NodeJS.ProcessEnv): Examined {
  yield* examineCaller(context, env);
  yield* examineSource(context, env);
  yield* examineCatalog(context);
  yield* examineEngine(context, env);
  yield* examineWarehouse(context, env);
}

/** The same for a further pipeline: what it does not share with the one before. */
export async function* examineFurtherCloud(context: TaskContext, env: NodeJS.ProcessEnv): Examined {
  yield* examineSource(context, env);
  yield* examineCatalog(context);
  yield* examineEngine(context, env);
}

/** Rights on AWS are given to whoever is asking. Stores that only speak like S3 know nothing of that. */
async function* examineCaller({ environment, signal }: TaskContext, env: NodeJS.ProcessEnv): Examined {
  const region = findAwsRegion(environment, env);
  if (region === null) return;
  const { tryStep } = await import("../adapters/examine-step.ts");
  const { readCaller } = await import("../adapters/sts/read-caller.ts");
  yield await tryStep("aws", async () => `commands run as ${await readCaller(region)}`, signal);
}

/** @returns null where nothing of the environment is AWS's own */
export function findAwsRegion(
  { lake, source, engine, catalog }: Environment,
  env: NodeJS.ProcessEnv,
): string | null {
  const places = [
    lake.type === "s3" ? lake : null,
    source.type === "files" ? source.s3 : null,
    engine.type === "glue" ? engine : null,
    catalog.type === "glue" ? catalog : null,
    source.type === "bigquery" && source.auth.type === "workload_identity"
      ? { region: source.auth.region, endpoint: source.tokenEndpoint }
      : null,
  ].filter((place) => place !== null);
  const isStandIn = env.AWS_ENDPOINT_URL_STS !== undefined;
  return places.find(({ endpoint }) => isStandIn || endpoint === null)?.region ?? null;
}

async function* examineSource(
  { environment, pipeline, ports, signal }: TaskContext,
  env: NodeJS.ProcessEnv,
): Examined {
  const { source: config } = environment;
  if (config.type !== "bigquery") return;
  const { examineBigQuery } = await import("../adapters/bigquery/examine/examine.ts");
  const { dataset, project } = pipeline.property;
  const readSecret = (reference: Parameters<typeof readReference>[0]) => readReference(reference, env);
  yield* examineBigQuery({ config, project, clock: ports.clock, signal, env, readSecret }, dataset);
}

async function* examineCatalog({ environment, pipeline, ports, signal }: TaskContext): Examined {
  const { catalog: config, lake, name } = environment;
  if (config.type !== "glue" || lake.type !== "s3") return;
  const { examineGlueCatalog } = await import("../adapters/glue-catalog/examine.ts");
  const tables = pipeline.families.map(({ family, table }) => ({
    table,
    prefix: familyPrefix(pipeline.name, family),
  }));
  yield* examineGlueCatalog({ config, lake, environment: name, clock: ports.clock, signal }, tables);
}

async function* examineEngine(
  { environment, pipeline, ports }: TaskContext,
  env: NodeJS.ProcessEnv,
): Examined {
  const { engine } = environment;
  if (engine.type !== "glue") return;
  const { examineGlueRuns } = await import("../adapters/glue/examine.ts");
  const { buildGlueOptions } = await import("./build-glue.ts");
  const { store, clock } = ports;
  yield* examineGlueRuns(
    buildGlueOptions({ environment, engine, pipeline: pipeline.name, store, clock, env }),
  );
}

async function* examineWarehouse(
  { environment, pipeline, ports, signal }: TaskContext,
  env: NodeJS.ProcessEnv,
): Examined {
  const { warehouse } = environment;
  if (warehouse.type !== "snowflake") return;
  const { examineSnowflake } = await import("../adapters/snowflake/examine.ts");
  const tag = { pipeline: pipeline.name, task: "doctor" };
  yield* examineSnowflake(buildSnowflakeOptions({ clock: ports.clock, signal, env, tag }, warehouse));
}
