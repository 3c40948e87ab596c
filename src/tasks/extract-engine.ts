import { dayPrefix, duplicatesDayPrefix } from "../lake/keys.ts";
import type { DayExtract, DayOutcome } from "../ports.ts";
import type { TaskContext } from "./context.ts";
import type { Attempt } from "./extract-attempt.ts";

/**
 * Runs the engine once for all attempts. Yields each with its outcome as it ends; none is left without one: an engine
 * that rejects has failed the days it has not yielded, and none of the others.
 */
export async function* runEngine(
  context: TaskContext,
  attempts: readonly Attempt[],
): AsyncGenerator<{ attempt: Attempt; outcome: DayOutcome }> {
  if (attempts.length === 0) return;
  const open = new Map(attempts.map((attempt) => [nameDay(buildExtract(attempt)), attempt]));
  const { engine } = context.ports;
  let fault: unknown;
  try {
    for await (const outcome of callEngine(context, attempts)) {
      const attempt = open.get(nameDay(outcome));
      if (attempt === undefined)
        throw new Error(`the engine ${engine.name} was not asked for ${nameDay(outcome)}`);
      open.delete(nameDay(outcome));
      yield { attempt, outcome };
    }
  } catch (error) {
    fault = error;
  }
  for (const attempt of open.values()) {
    const { family, day } = buildExtract(attempt);
    const error = fault ?? new Error(`the engine ${engine.name} gave no outcome for ${day}`);
    yield { attempt, outcome: { family, day, error, generation: null } };
  }
}

function callEngine(
  { ports, signal, report }: TaskContext,
  attempts: readonly Attempt[],
): AsyncIterable<DayOutcome> {
  return ports.engine.extract(attempts.map(buildExtract), {
    signal,
    onRows: (day, family, rows, bytes) =>
      report({ event: "rows", task: "extract", family, day, rows, bytes }),
    onNote: (text) => report({ event: "note", level: "warn", text }),
    onStep: (text) => report({ event: "note", level: "info", text }),
  });
}

function buildExtract({ context, planned, shard, recipe, deadlineMs, sampleRows }: Attempt): DayExtract {
  const { name } = context.pipeline;
  const { day } = planned;
  const { family, keepDuplicates } = planned.family;
  return {
    pipeline: name,
    family,
    day,
    shard,
    recipe,
    prefix: dayPrefix(name, family, day),
    duplicatesPrefix: keepDuplicates ? duplicatesDayPrefix(name, family, day) : null,
    deadlineMs,
    ...(sampleRows === undefined ? {} : { sampleRows }),
  };
}

function nameDay({ family, day }: Pick<DayExtract, "family" | "day">): string {
  return `${family} ${day}`;
}
