import { z } from "zod";
import { type Day, parseDay } from "../days/day.ts";
import { type FamilyName, familyNames, shardKinds } from "../days/families.ts";
import { type Column, fieldTypes } from "../days/schema.ts";
import type { SourceVersion } from "../days/shards.ts";

/** Shapes that heads and manifests share; strict, so that a misspelt member is never silently dropped. */
export const count = z.int().nonnegative();
export const instantMs = z.int();
/** A name that is one clean segment of a key. */
export const generationId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/);
export const familyName = z.enum(familyNames as [FamilyName, ...FamilyName[]]);
export const day = z.string().transform((text, context): Day => {
  const parsed = parseDay(text);
  if (parsed !== null) return parsed;
  context.addIssue({ code: "custom", message: `${JSON.stringify(text)} is no calendar day` });
  return z.NEVER;
});

export const sourceVersion: z.ZodType<SourceVersion> = z.strictObject({
  table: z.string().min(1),
  kind: z.enum(shardKinds),
  modified: z.string(),
  rows: count.nullable(),
  bytes: count,
  etag: z.string().nullable(),
  content: z.string().nullable(),
});

export const column: z.ZodType<Column> = z.lazy(() =>
  z.strictObject({
    name: z.string().min(1),
    type: z.enum(fieldTypes),
    mode: z.enum(["NULLABLE", "REPEATED", "REQUIRED"]),
    fields: z.exactOptional(z.array(column)),
    json: z.exactOptional(z.enum(["object", "array"])),
  }),
);
