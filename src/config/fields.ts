import { z } from "zod";
import type { Parsed } from "./issue.ts";
import { type DurationLimits, parseDayCount, parseDurationMs } from "./parse-duration.ts";
import { parseColumnPath } from "./parse-names.ts";
import { parseSizeBytes, type SizeLimits } from "./parse-size.ts";

/** What a key's documentation, JSON Schema and messages are made of. */
export interface FieldMeta {
  description: string;
  /** How a value is written, in words. */
  rule?: string;
  example?: string | number | boolean;
  /** For editors only; the parser decides. */
  pattern?: string;
  /** What holds where the key is missing, where that is not a plain value. */
  otherwise?: string;
}

/** The zod issue of a value that its parser refused carries the parser's words. */
export interface ProblemParams {
  problem: { failed: string; rule: string; remedy: string };
}

/** A text with a parser of its own. */
export function textField<T>(parse: (text: string) => Parsed<T>, meta: FieldMeta) {
  return z
    .string()
    .transform(transformWith(parse))
    .meta({ ...meta });
}

/** Turns a parser into a zod transform; the value itself never enters the message. */
export function transformWith<In, T>(parse: (input: In) => Parsed<T>) {
  return (input: In, context: z.core.$RefinementCtx<In>): T => {
    const parsed = parse(input);
    if ("value" in parsed) return parsed.value;
    context.issues.push({
      code: "custom",
      input,
      params: { problem: parsed.problem } satisfies ProblemParams,
    });
    return z.NEVER;
  };
}

export function durationField(limits: DurationLimits, meta: FieldMeta) {
  const pattern = "^\\d{1,6} ?(second|minute|hour|day|week)s?$";
  const rule = "a whole number and seconds, minutes, hours, days or weeks";
  return textField((text) => parseDurationMs(text, limits), { pattern, rule, ...meta });
}

export function dayCountField(limits: { min: number; max: number }, meta: FieldMeta) {
  const pattern = "^\\d{1,6} ?(hour|day|week)s?$";
  const rule = `a number of days, ${limits.min} to ${limits.max}`;
  return textField((text) => parseDayCount(text, limits), { pattern, rule, ...meta });
}

export function sizeField(limits: SizeLimits, meta: FieldMeta) {
  const pattern = "^\\d{1,9}(\\.\\d{1,3})? ?(B|kB|KB|MB|GB|TB|KiB|MiB|GiB|TiB)$";
  const rule = "a number and MB, GB, TB (thousands) or MiB, GiB, TiB (1,024s)";
  return textField((text) => parseSizeBytes(text, limits), { pattern, rule, ...meta });
}

/** A whole number, read as bigint so that `5.0` and digits beyond 2^53 are seen for what they are. */
export function countField(limits: { min: number; max: number }, meta: FieldMeta) {
  const rule = `a whole number, ${limits.min} to ${limits.max}`;
  return z
    .bigint()
    .transform(transformWith((value: bigint) => parseCount(value, limits)))
    .meta({ minimum: limits.min, maximum: limits.max, rule, ...meta });
}

function parseCount(value: bigint, limits: { min: number; max: number }): Parsed<number> {
  if (value >= limits.min && value <= limits.max) return { value: Number(value) };
  const rule = `a whole number, ${limits.min} to ${limits.max}`;
  return {
    problem: {
      failed: "is out of range",
      rule,
      remedy: `write a number from ${limits.min} to ${limits.max}`,
    },
  };
}

/** One line of readable text. */
export function lineField(what: string, meta: FieldMeta) {
  return textField((text) => parseLine(text, what), meta);
}

export function parseLine(text: string, what: string): Parsed<string> {
  if (text.trim() === text && /^[^\p{C}\p{Zl}\p{Zp}]{1,1000}$/u.test(text)) return { value: text };
  const rule = "one line of 1 to 1,000 characters, without control characters and outer spaces";
  return { problem: { failed: `is not ${what}`, rule, remedy: "write it in plain characters" } };
}

/** A column, a member of a struct, or a key of a key-value column. */
export function columnPathField(description: string, example: string) {
  const pattern = "^[A-Za-z_][A-Za-z0-9_]*(\\..+)?$";
  return textField(parseColumnPath, { description, example, pattern, rule: "a column, or column.key" });
}
