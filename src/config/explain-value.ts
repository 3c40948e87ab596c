import type { z } from "zod";
import type { FieldMeta, ProblemParams } from "./fields.ts";
import type { Finding, KeyPath, Problem } from "./issue.ts";
import { showValue } from "./show-value.ts";
import { renderChoice } from "./suggest.ts";

/** What one zod issue about one value means in the four parts of a message. */
export function explainValue(
  schema: z.ZodType,
  issue: z.core.$ZodIssue,
  raw: unknown,
  path: KeyPath,
): Finding {
  // A value inside a default cannot be wrong, so the issue is about the value itself or lies right below it.
  const inner = issue.path.filter((step) => typeof step !== "symbol");
  return { path: [...path, ...inner], at: "value", received: showValue(raw), ...explain(schema, issue, raw) };
}

function explain(schema: z.ZodType, issue: z.core.$ZodIssue, raw: unknown): Problem {
  const meta = (schema.meta() ?? {}) as Partial<FieldMeta>;
  if (raw === undefined) return explainMissing(schema, meta);
  if (raw === null) return explainEmpty(meta);
  if (issue.code === "custom") return (issue.params as ProblemParams).problem;
  if (issue.code === "invalid_value") return explainChoice(issue.values.map(String), raw);
  if (issue.code === "too_small" || issue.code === "too_big") return explainLength(issue);
  return {
    failed: `is not ${renderKind(schema)}`,
    rule: meta.rule ?? renderKind(schema),
    remedy: adviseExample(schema, meta),
  };
}

function explainMissing(schema: z.ZodType, meta: Partial<FieldMeta>): Problem {
  const rule = meta.description ?? `${renderKind(schema)} is needed here`;
  return { failed: "is missing", rule, remedy: adviseExample(schema, meta) };
}

function explainEmpty(meta: Partial<FieldMeta>): Problem {
  const example = meta.example === undefined ? "" : `, for example ${renderExample(meta.example)}`;
  const rule = "a key that is written has a value";
  return { failed: "has no value", rule, remedy: `remove the key, or give it a value${example}` };
}

function explainChoice(values: readonly string[], raw: unknown): Problem {
  const remedy = typeof raw === "string" ? renderChoice(raw, values) : `write one of ${values.join(", ")}`;
  return { failed: "is not one of the values it can have", rule: `one of ${values.join(", ")}`, remedy };
}

function explainLength(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): Problem {
  if (issue.code === "too_small") {
    return {
      failed: "is too short",
      rule: `at least ${issue.minimum}`,
      remedy: "add an item, or remove the key",
    };
  }
  return { failed: "is too long", rule: `at most ${issue.maximum}`, remedy: "remove items" };
}

function adviseExample(schema: z.ZodType, meta: Partial<FieldMeta>): string {
  if (meta.example !== undefined) return `write it like ${renderExample(meta.example)}`;
  return `write ${renderKind(schema)}; docs/configuration.md has examples`;
}

function renderExample(example: string | number | boolean): string {
  return typeof example === "string" ? `"${example}"` : String(example);
}

const kinds: Record<string, string> = {
  string: "a text",
  bigint: "a whole number",
  boolean: "true or false",
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  enum: "a text",
  literal: "a text",
  union: "one of the forms it can have",
};

/** A pipe's kind is the kind of what it takes in. */
function renderKind(schema: z.ZodType): string {
  const definition = schema._zod.def as { type: string; in?: z.ZodType; discriminator?: string };
  if (definition.type === "pipe" && definition.in) return renderKind(definition.in);
  if (definition.discriminator !== undefined) return "a mapping with a type";
  return kinds[definition.type] ?? "a value";
}
