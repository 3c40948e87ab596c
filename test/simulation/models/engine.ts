import { isShardliftError, ShardliftError } from "../../../src/errors.ts";
import { buildGenerationId } from "../../../src/lake/generation-id.ts";
import type { DayExtract, DayOutcome, Engine, GenerationReport, RandomHex } from "../../../src/ports.ts";
import type { FaultName } from "../kernel/faults.ts";
import { buildFault, type Kernel, type Process } from "../kernel/types.ts";
import { writeGeneration } from "./generation-writer.ts";
import type { SourceModel } from "./source.ts";
import type { StoreModel } from "./store.ts";

const faults = [
  "crash before",
  "crash after",
  "crash in the middle",
  "disk full",
] as const satisfies FaultName[];

export interface EngineWorld {
  kernel: Kernel;
  store: StoreModel;
  source: SourceModel;
}

/** An engine in the process itself, as DuckDB's: it dies with it, and leaves what it has written so far. */
export function createEngineModel(world: EngineWorld, process: Process, randomHex: RandomHex): Engine {
  const extractOne = (extract: DayExtract, generation: string): Promise<GenerationReport> =>
    world.kernel.call(process, {
      port: "engine",
      method: "extract",
      detail: `${extract.day} into ${generation}`,
      faults,
      *work(fault) {
        if (!world.source.shard(extract.shard.version.table)) throw buildUnreadable(extract);
        const input = { ...world, extract, generation, isDiskFull: fault === "disk full" };
        const report = yield* writeGeneration(input);
        if (process.clock.now() > extract.deadlineMs)
          throw buildFault(`the attempt at ${extract.day} took too long`);
        return report;
      },
    });
  return {
    name: "model",
    daysAtOnce: 1,
    async *extract(days, { signal }): AsyncGenerator<DayOutcome> {
      for (const extract of days) {
        const { day, family } = extract;
        const generation = buildGenerationId(process.clock.now(), randomHex);
        try {
          signal.throwIfAborted();
          yield { day, family, report: await extractOne(extract, generation) };
        } catch (error) {
          yield { day, family, error: toKnown(error), generation };
        }
      }
    },
  };
}

function buildUnreadable({ day, shard }: DayExtract): ShardliftError {
  return new ShardliftError(
    "outside",
    { failed: `The shard of ${day} is gone.`, received: shard.version.table },
    { retryable: true },
  );
}

function toKnown(error: unknown): unknown {
  return isShardliftError(error) || error instanceof Error ? error : new Error(String(error));
}
