import { z } from "zod";
import { explainValue } from "./explain-value.ts";
import type { Finding, KeyPath } from "./issue.ts";
import { isMapping } from "./parse-yaml.ts";
import { showValue } from "./show-value.ts";
import { findNearest, renderChoice } from "./suggest.ts";

/**
 * Walks a zod schema and a tree side by side. zod alone gives nothing where anything is wrong; rules that tie
 * keys together want to see all that is right, so that people get every problem at once.
 * @returns the checked values, with `undefined` in place of each that is wrong, and what is wrong.
 */
export function parseDraft(schema: z.ZodType, raw: unknown): { draft: unknown; findings: Finding[] } {
  const findings: Finding[] = [];
  return { draft: walk(schema, raw, [], findings), findings };
}

function walk(schema: z.ZodType, raw: unknown, path: KeyPath, findings: Finding[]): unknown {
  const bare = unwrap(schema);
  if (bare instanceof z.ZodObject && isMapping(raw)) return walkMapping(bare, raw, path, findings);
  if (bare instanceof z.ZodDiscriminatedUnion && isMapping(raw)) return walkUnion(bare, raw, path, findings);
  if (bare instanceof z.ZodRecord && isMapping(raw)) return walkRecord(bare, raw, path, findings);
  if (bare instanceof z.ZodArray && Array.isArray(raw)) return walkList(bare, raw, path, findings);
  return parseLeaf(schema, raw, path, findings);
}

/** Keys of people's own choice; a rule looks at them, each value is looked at by itself. */
function walkRecord(schema: z.ZodRecord, raw: Record<string, unknown>, path: KeyPath, findings: Finding[]) {
  const inner = schema.valueType as z.ZodType;
  return Object.fromEntries(
    Object.entries(raw).map(([key, value]) => [key, walk(inner, value, [...path, key], findings)]),
  );
}

/** The schema below `.optional()` and `.prefault()`. */
export function unwrap(schema: z.ZodType): z.ZodType {
  const isWrapped = schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault;
  return isWrapped ? unwrap(schema.unwrap() as z.ZodType) : schema;
}

/** The list's own checks see its length alone; where that is right, each item is looked at by itself. */
function walkList(schema: z.ZodArray, raw: readonly unknown[], path: KeyPath, findings: Finding[]): unknown {
  const length = schema.clone({ ...schema.def, element: z.any() });
  if (parseLeaf(length, raw, path, findings) === undefined) return undefined;
  return raw.map((item, index) => walk(schema.element as z.ZodType, item, [...path, index], findings));
}

function walkMapping(schema: z.ZodObject, raw: Record<string, unknown>, path: KeyPath, findings: Finding[]) {
  const known = Object.keys(schema.shape);
  for (const key of Object.keys(raw)) {
    if (!known.includes(key)) findings.push(unknownKey(key, known, [...path, key]));
  }
  const entries = known.map(
    (key) => [key, walk(schema.shape[key] as z.ZodType, raw[key], [...path, key], findings)] as const,
  );
  // A key that was written stays visible to the rules even where its value is wrong.
  return Object.fromEntries(entries.filter(([key, value]) => key in raw || value !== undefined));
}

function unknownKey(key: string, known: readonly string[], path: KeyPath): Finding {
  const nearest = findNearest(key, known);
  return {
    path,
    at: "key",
    failed: "is not a known key",
    rule: `keys here are ${known.join(", ")}`,
    received: showValue(key),
    remedy:
      nearest === null ? "remove it, or look it up in docs/configuration.md" : `did you mean "${nearest}"?`,
  };
}

/** Every option names itself by `type`. */
function walkUnion(
  schema: z.ZodDiscriminatedUnion,
  raw: Record<string, unknown>,
  path: KeyPath,
  findings: Finding[],
) {
  const options = schema.options as unknown as z.ZodObject[];
  const option = options.find((candidate) => typeOf(candidate) === raw.type);
  if (option !== undefined) return walkMapping(option, raw, path, findings);
  const types = options.map(typeOf);
  findings.push({
    path: [...path, "type"],
    at: "value",
    failed: raw.type === undefined ? "is missing" : "is not a type that this version has",
    rule: `this version has ${types.join(", ")}`,
    received: showValue(raw.type),
    remedy: typeof raw.type === "string" ? renderChoice(raw.type, types) : `write "type: ${types[0]}"`,
  });
  return undefined;
}

/** The name of an option of a union over `type`. */
export function typeOf(option: z.ZodObject): string {
  return String((option.shape.type as z.ZodLiteral).value);
}

function parseLeaf(schema: z.ZodType, raw: unknown, path: KeyPath, findings: Finding[]): unknown {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  // What zod says further about one value is an echo: a text where a list should be is "too long", too.
  const [issue] = result.error.issues;
  if (issue !== undefined) findings.push(explainValue(unwrap(schema), issue, raw, path));
  return undefined;
}
