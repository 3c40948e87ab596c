import { z } from "zod";
import type { FieldMeta } from "./fields.ts";

/** The part of JSON Schema (draft 7) that ours use. */
export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  examples?: unknown[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  oneOf?: JsonSchema[];
  [keyword: string]: unknown;
}

/** The JSON Schema of what may be written in a file, for editors. */
export function buildJsonSchema(schema: z.ZodType): JsonSchema {
  const built = z.toJSONSchema(schema, {
    io: "input",
    target: "draft-7",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      if (def.type === "bigint") jsonSchema.type = "integer";
      // zod leaves out a default that is a bigint: JSON has none.
      if (def.type === "prefault") jsonSchema.default = toPlain(def.defaultValue);
      applyMeta(jsonSchema);
    },
  });
  return built as JsonSchema;
}

/** Our own words about a field become keywords that editors know. */
function applyMeta(jsonSchema: Record<string, unknown>): void {
  const { example, rule, otherwise, description } = jsonSchema as Partial<FieldMeta>;
  if (example !== undefined) jsonSchema.examples = [example];
  const more = [rule && `Written as ${rule}.`, otherwise && `Without it: ${otherwise}.`].filter(Boolean);
  if (description !== undefined && more.length > 0) jsonSchema.description = [description, ...more].join(" ");
  for (const key of ["example", "rule", "otherwise"]) delete jsonSchema[key];
}

function toPlain(value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}
