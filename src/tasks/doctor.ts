import { type FamilyName, families } from "../days/families.ts";
import { parseShard } from "../days/shards.ts";
import { type ErrorCode, exitCodes, isShardliftError, ShardliftError } from "../errors.ts";
import { formatPlural } from "../plan/format.ts";
import type { Clock } from "../ports.ts";
import { type EngineTrial, tryEngine, tryJob } from "./doctor-engine.ts";
import { tryClock, tryLake } from "./doctor-lake.ts";

/** One step of an examination: what was tried and what came of it. */
export interface DoctorStep {
  step: "source" | "lake" | "clock" | "engine" | "warehouse" | "secrets";
  ok: boolean;
  /** Where it was tried and what was seen; the failure's message in full where it failed. */
  detail: string;
  /** Of the failure; absent where the step is well or was not tried. */
  code?: ErrorCode;
}

export interface DoctorInput extends EngineTrial {
  /** What the lake's clock is compared with; null where somebody sets the time, in trials. */
  machineClock: Clock | null;
  /** Resolves the environment's hash key; null where the pipeline hashes nothing. */
  readSecret: (() => Promise<unknown>) | null;
  /** Why source or warehouse need not be asked; null: they are asked. */
  sourceFault: string | null;
  warehouseFault: string | null;
}

type Examined = AsyncGenerator<DoctorStep>;

/** Tries an environment with a pipeline step by step; every step is tried, whatever became of the others. */
export async function* examine(input: DoctorInput): Examined {
  yield await examineSource(input);
  yield* examineLake(input);
  yield* examineTables(input);
}

/** The same for a further pipeline: what it does not share with the one before. */
export async function* examineFurther(input: DoctorInput): Examined {
  yield await examineSource(input);
  yield* examineTables(input);
}

async function examineSource(input: DoctorInput): Promise<DoctorStep> {
  const { sourceFault, signal } = input;
  if (sourceFault !== null) return { step: "source", ok: false, detail: sourceFault };
  return tryStep("source", () => trySource(input), signal);
}

/** The lake, and the engine of this machine, which writes into it: on a sick one it can only fail too, and less clearly. */
async function* examineLake(input: DoctorInput): Examined {
  const { signal, ports, machineClock } = input;
  const lake = await tryStep("lake", () => tryLake(ports), signal);
  yield lake;
  if (lake.ok && machineClock !== null)
    yield await tryStep("clock", () => tryClock(ports.store, machineClock), signal);
  if (ports.job !== undefined) return;
  if (lake.ok) yield await tryStep("engine", () => tryEngine(input), signal);
  else yield { step: "engine", ok: false, detail: "not tried, since it writes into the lake" };
}

/** The pipeline's own job, where there are jobs, its tables, and its key. */
async function* examineTables(input: DoctorInput): Examined {
  const { signal, ports, warehouseFault } = input;
  const { job } = ports;
  if (job !== undefined) yield await tryStep("engine", () => tryJob(job, input.pipeline), signal);
  if (warehouseFault === null) yield await tryStep("warehouse", () => tryWarehouse(input), signal);
  else yield { step: "warehouse", ok: false, detail: warehouseFault };
  if (input.readSecret !== null) yield await tryStep("secrets", async () => trySecret(input), signal);
}

type StepName = DoctorStep["step"];

/** What nobody knows is told too: the next step may say more of it. */
async function tryStep(
  step: StepName,
  work: () => Promise<string>,
  signal: AbortSignal,
): Promise<DoctorStep> {
  try {
    return { step, ok: true, detail: await work() };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Error)) throw error;
    if (!isShardliftError(error))
      return { step, ok: false, detail: error.stack ?? error.message, code: "bug" };
    return { step, ok: false, detail: error.message, code: error.code };
  }
}

/** 69 where all that failed is of the outside and may be well again by itself, 64 where a person has to mend something. */
export function chooseExitCode(steps: readonly Pick<DoctorStep, "ok" | "code">[]): number {
  if (steps.every(({ ok }) => ok)) return exitCodes.done;
  const codes = steps.flatMap(({ code }) => (code === undefined ? [] : [code]));
  return codes.every((code) => code === "outside") ? exitCodes.outside : exitCodes.config;
}

/** Lists the property's tables and counts those that are shards of the pipeline's families. */
async function trySource({ pipeline, ports }: DoctorInput): Promise<string> {
  const { dataset } = pipeline.property;
  const tables = await ports.source.listTables(dataset);
  const counts = pipeline.families.map((own) => {
    const shards = tables.map((table) => parseShard(families[own.family], table));
    const allowed = shards.filter((shard) => shard !== null && own.shards.includes(shard.kind));
    return { family: own.family, shards: allowed.length };
  });
  const empty = counts.filter(({ shards }) => shards === 0).map(({ family }) => family);
  if (empty.length > 0) throw buildNoShardsError(ports.source.location, dataset, empty);
  const seen = counts.map(({ family, shards }) => `${formatPlural(shards, "shard")} of ${family}`);
  return `${ports.source.location}, dataset ${dataset}: ${seen.join(", ")}`;
}

async function trySecret({ readSecret }: DoctorInput): Promise<string> {
  await readSecret?.();
  return "the hash key can be read";
}

async function tryWarehouse({ pipeline, ports: { warehouse } }: DoctorInput): Promise<string> {
  if (warehouse === null) return "none: the lake is asked as it is, or through the catalog";
  const seen: string[] = [];
  for (const { table } of pipeline.families) {
    const rows = await warehouse.readLedger(table, "all");
    seen.push(`${table.schema}.${table.table} knows ${formatPlural(rows.length, "day")}`);
  }
  return `${warehouse.location}: ${seen.join(", ")}`;
}

function buildNoShardsError(location: string, dataset: string, empty: readonly string[]): ShardliftError {
  const forms = empty
    .flatMap((family) => Object.values(families[family as FamilyName].shards))
    .map((form) => `${form}YYYYMMDD`);
  return new ShardliftError("config", {
    failed: `The dataset has no shard of ${empty.join(", ")}.`,
    rule: `shards are named ${forms.join(", ")}`,
    received: `${location}, dataset ${dataset}`,
    remedy: "check property.dataset and the families of the pipeline, and whether the export is on",
  });
}
