import { ShardliftError } from "../../errors.ts";
import type { Recipe, StatementName } from "../../sql/recipe.ts";
import { fillPlaces, type SqlFragment } from "../../sql/render.ts";
import type { Database, Row } from "./database.ts";
import { buildStatementError } from "./engine-errors.ts";

export type Places = Record<string, SqlFragment>;

/** Runs a recipe's statements in one database, until somebody says stop. */
export interface RecipeSession {
  /**
   * Runs all statements of a name in order.
   * @param reading file whose fault an error is, where there is only one
   * @returns rows of the last one
   */
  run(name: StatementName, places?: Places, reading?: string | null): Promise<Row[]>;
  /** Runs one statement of a name that has several. */
  runOne(name: StatementName, index: number, places: Places): Promise<Row[]>;
  /** Runs a statement that is no recipe's. */
  runText(text: string, places: Places, reading: string | null): Promise<Row[]>;
  /** Stops listening. */
  end(): void;
}

export interface SessionInput {
  database: Database;
  recipe: Recipe;
  signal: AbortSignal;
  nowMs: number;
  deadlineMs: number;
}

/** Timers take 31 bits of milliseconds. */
const maxTimerMs = 2 ** 31 - 1;
const interruptEveryMs = 50;

export function openRecipeSession({
  database,
  recipe,
  signal,
  nowMs,
  deadlineMs,
}: SessionInput): RecipeSession {
  const late = new AbortController();
  const leftMs = Math.max(0, deadlineMs - nowMs);
  const timer = setTimeout(() => late.abort(buildLateError()), Math.min(leftMs, maxTimerMs));
  const either = AbortSignal.any([signal, late.signal]);
  let repeat: NodeJS.Timeout | undefined;
  // DuckDB forgets an interrupt that comes just before a statement begins: it is said until somebody hears.
  const stop = () => {
    database.interrupt();
    repeat ??= setInterval(() => database.interrupt(), interruptEveryMs);
  };
  either.addEventListener("abort", stop);
  if (leftMs === 0) late.abort(buildLateError());

  const runText = async (text: string, places: Places, reading: string | null) => {
    either.throwIfAborted();
    try {
      return await database.rows(fillPlaces(text, places));
    } catch (error) {
      either.throwIfAborted();
      throw buildStatementError(error, reading);
    }
  };
  return {
    async run(name, places = {}, reading = null) {
      let rows: Row[] = [];
      for (const text of recipe.statements[name]) rows = await runText(text, places, reading);
      return rows;
    },
    runText,
    runOne: (name, index, places) => runText(recipe.statements[name][index]!, places, null),
    end() {
      clearTimeout(timer);
      clearInterval(repeat);
      either.removeEventListener("abort", stop);
    },
  };
}

function buildLateError(): ShardliftError {
  return new ShardliftError(
    "outside",
    {
      failed: "The extract took too long and was stopped.",
      rule: "an attempt ends after half of `keep`, so that repair never removes what is still being written",
      remedy: "raise `keep`, or give the engine more memory and threads",
    },
    { retryable: true },
  );
}
