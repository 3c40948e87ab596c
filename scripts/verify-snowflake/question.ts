import type { Bench } from "./bench.ts";

/** One thing that is assumed of Snowflake, and how it is asked. */
export interface Question {
  /** In words, as in the table of test/doubles/snowflake/README.md. */
  about: string;
  /** What the double says; of several each one is fine with Shardlift. */
  assumed: readonly string[];
  ask(bench: Bench): Promise<string>;
}

export interface Answer {
  about: string;
  assumed: readonly string[];
  seen: string;
  equal: boolean;
}

/** Asks one after the other: what one leaves in the scratch schema the next one expects or takes away. */
export async function* askAll(bench: Bench, questions: readonly Question[]): AsyncGenerator<Answer> {
  for (const { about, assumed, ask } of questions) {
    bench.options.signal?.throwIfAborted();
    const seen = await ask(bench).catch((error: unknown) => {
      bench.options.signal?.throwIfAborted();
      return `no answer: ${error instanceof Error ? error.message.replace(/\s*\n\s*/g, "; ") : String(error)}`;
    });
    yield { about, assumed, seen, equal: assumed.includes(seen) };
  }
}

/** `equal` or `DIFFERS`, the question, and what was seen where it says more. */
export function renderAnswer({ about, assumed, seen, equal }: Answer): string {
  return `${equal ? "equal  " : "DIFFERS"} ${about}\n        assumed: ${assumed.join(", or ")}\n        seen:    ${seen}`;
}
