import type { Field } from "../../days/schema.ts";
import { ShardliftError } from "../../errors.ts";
import { parseSchema } from "../files/parse-schema.ts";

/**
 * A table's schema with the names of types normalised; descriptions, policy tags and whatever else is left out.
 * @throws ShardliftError `data` with everything that cannot be read
 */
export function parseShardSchema(schema: unknown, name: string): Field[] {
  const parsed = parseSchema(schema);
  if ("fields" in parsed) return parsed.fields;
  throw new ShardliftError("data", {
    failed: `The schema of ${name} cannot be read.`,
    rule: "a shard has the types that Google exports: no GEOGRAPHY, RANGE or INTERVAL",
    received: parsed.issues.join("; "),
    remedy:
      "look at the table in the console: somebody may have changed it, or put another one under its name",
  });
}
