import type { TableName } from "../config/types.ts";
import { isShardliftError } from "../errors.ts";
import type { DayMeasure } from "../ports.ts";
import { refuseImbalance } from "./find-imbalance.ts";
import {
  buildFailedResult,
  type ReaderPorts,
  type ReaderResult,
  type ReaderTarget,
} from "./reader-target.ts";

export interface ColdProof {
  sound: ReaderTarget[];
  failed: ReaderResult[];
}

/**
 * Counts what the registered files of each target hold and compares it with its manifest. Takes no lock, however
 * long it takes: files never change.
 */
export async function proveCold(
  table: TableName,
  targets: readonly ReaderTarget[],
  { warehouse }: Pick<ReaderPorts, "warehouse">,
): Promise<ColdProof> {
  const count = (counted: readonly ReaderTarget[]) =>
    warehouse.transact(table, (transaction) => transaction.measureCold(counted.map(nameGeneration)));
  const proof: ColdProof = { sound: [], failed: [] };
  if (targets.length === 0) return proof;
  const together = await count(targets).catch(throwRetryable);
  for (const target of targets) {
    try {
      // One file that cannot be read spoils the count of all: then each day is counted alone.
      const measures = together === null ? await count([target]) : pickMeasures(together, target);
      refuseImbalance(target.manifest, measures, "cold");
      proof.sound.push(target);
    } catch (error) {
      if (isShardliftError(error) && error.retryable) throw error;
      proof.failed.push(buildFailedResult(target.day, error));
    }
  }
  return proof;
}

function nameGeneration({ day, manifest }: ReaderTarget) {
  return { day, generation: manifest.generation };
}

function throwRetryable(error: unknown): null {
  if (isShardliftError(error) && error.retryable) throw error;
  return null;
}

/** Rows are a target's by day or by generation: a row that names another day, or generation, is found either way. */
function pickMeasures(measures: readonly DayMeasure[], { day, manifest }: ReaderTarget): DayMeasure[] {
  return measures.filter((measure) => measure.day === day || measure.generation === manifest.generation);
}
