import type { ErrorParts } from "../errors.ts";
import { escapeInvisible } from "./show-value.ts";

/** Keys and list positions from the top of a file: `["families", 0, "table"]`. */
export type KeyPath = readonly (string | number)[];

/** One problem in one configuration file, in the four parts of every message. */
export interface Issue extends ErrorParts {
  file: string;
  /** Both start at 1; null where there is no place in a file (a folder that is missing). */
  line: number | null;
  column: number | null;
  rule: string;
  received: string;
  remedy: string;
}

/** What a parser of one value says where the value breaks its rule; it never holds the value itself. */
export interface Problem {
  /** Completes a sentence that begins with the key: `is not a length of time`. */
  failed: string;
  rule: string;
  remedy: string;
}

export type Parsed<T> = { value: T } | { problem: Problem };

/** A problem of a file's content, before its key is turned into line and column. */
export interface Finding extends Problem {
  path: KeyPath;
  /** Whether the key or its value is to blame. */
  at: "key" | "value";
  received: string;
}

/** `families[0].table`; keys that are no plain words are quoted, so that nothing in them can mislead. */
export function renderKeyPath(path: KeyPath): string {
  return path.map(renderStep).join("").replace(/^\./, "");
}

function renderStep(step: string | number): string {
  if (typeof step === "number") return `[${step}]`;
  return /^[A-Za-z0-9_]{1,60}$/.test(step) ? `.${step}` : `["${escapeInvisible(step.slice(0, 60))}"]`;
}
