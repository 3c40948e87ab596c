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

/** Tries an environment step by step; every step is tried, whatever became of the others. */
export async function* examine(input: DoctorInput): AsyncGenerator<DoctorStep> {
  const { signal, ports, machineClock, sourceFault, warehouseFault } = input;
  const tryOne = (step: StepName, work: () => Promise<string>) => tryStep(step, work, signal);
  if (sourceFault === null) yield await tryOne("source", () => trySource(input));
  else yield { step: "source", ok: false, detail: sourceFault };
  const lake = await tryOne("lake", () => tryLake(ports));
  yield lake;
  // The engine writes into the lake: on a sick one it can only fail too, and less clearly.
  if (lake.ok && machineClock !== null)
    yield await tryOne("clock", () => tryClock(ports.store, machineClock));
  const { job } = ports;
  if (job !== undefined) yield await tryOne("engine", () => tryJob(job));
  else if (lake.ok) yield await tryOne("engine", () => tryEngine(input));
  else yield { step: "engine", ok: false, detail: "not tried, since it writes into the lake" };
  if (warehouseFault === null) yield await tryOne("warehouse", () => tryWarehouse(input));
  else yield { step: "warehouse", ok: false, detail: warehouseFault };
  if (input.readSecret !== null) yield await tryOne("secrets", async () => trySecret(input));
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
