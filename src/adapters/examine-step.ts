import { type ErrorCode, isShardliftError } from "../errors.ts";

/** One thing of the outside that was tried, and what came of it. */
export interface ExaminedStep {
  step: string;
  ok: boolean;
  /** What was seen; the failure's message in full where it failed. */
  detail: string;
  /** Of the failure; absent where the step is well or was not tried. */
  code?: ErrorCode;
}

/**
 * Tries one thing; whatever is thrown becomes the step's outcome, so that the next one is tried too. Errors that nobody
 * knows are shown as they are: this is where they are looked for.
 */
export async function tryStep(
  step: string,
  look: () => Promise<string>,
  signal?: AbortSignal,
): Promise<ExaminedStep> {
  try {
    return { step, ok: true, detail: await look() };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof Error)) throw error;
    return { step, ok: false, detail: error.message, code: isShardliftError(error) ? error.code : "bug" };
  }
}

/** What another step's failure makes pointless. */
export function skipStep(step: string, why: string): ExaminedStep {
  return { step, ok: false, detail: `not tried: ${why}` };
}
