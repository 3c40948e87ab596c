import { z } from "zod";
import { planEvolution, type SchemaConflict } from "../days/evolution.ts";
import type { FamilyName } from "../days/families.ts";
import type { Column } from "../days/schema.ts";
import { ShardliftError } from "../errors.ts";
import type { ObjectStore } from "../ports.ts";
import { renderCanonicalJson } from "./canonical-json.ts";
import { familyPrefix } from "./keys.ts";
import { parseObject } from "./parse-object.ts";
import { column } from "./schemas.ts";

/** The union of all schemas a family's shards ever had: what `freeze` and type changes are measured against. */
interface FamilySchema {
  formatVersion: 1;
  columns: Column[];
}

const form: z.ZodType<FamilySchema> = z.strictObject({
  formatVersion: z.literal(1),
  columns: z.array(column),
});

/** Races for one small object end after a few rounds; more means that something else is wrong. */
const maxRounds = 20;

export interface GrowInput {
  store: ObjectStore;
  pipeline: string;
  family: FamilyName;
  /** Columns of the files to come. */
  columns: readonly Column[];
  mode: "evolve" | "freeze";
  /** Table the shard was read from, for messages. */
  shard: string;
}

/**
 * Grows the family's schema by a shard's columns, or refuses: a type that cannot be widened in place, or, in mode
 * `freeze`, anything new. Rejects with `data` or `refused`; the day then keeps its former generation.
 */
export async function growFamilySchema(input: GrowInput): Promise<void> {
  const key = `${familyPrefix(input.pipeline, input.family)}_schema.json`;
  for (let round = 0; round < maxRounds; round += 1) {
    const found = await input.store.get(key);
    const known = found === null ? [] : parseObject("schema", key, found.body, 1, form).columns;
    const evolution = planEvolution(known, input.columns);
    if (evolution.conflicts[0] !== undefined) throw buildConflictError(input, evolution.conflicts);
    if (evolution.additions.length + evolution.widenings.length === 0) return;
    if (input.mode === "freeze" && found !== null) throw buildFrozenError(input, evolution);
    const body = new TextEncoder().encode(
      renderCanonicalJson({ formatVersion: 1, columns: evolution.columns }),
    );
    const put = await input.store.put(
      key,
      body,
      found === null ? { ifAbsent: true } : { ifMatch: found.etag },
    );
    if (put.put) return;
  }
  throw new ShardliftError(
    "outside",
    { failed: `The schema ${key} could not be written: others changed it ${maxRounds} times meanwhile.` },
    { retryable: true },
  );
}

function buildConflictError({ shard }: GrowInput, conflicts: readonly SchemaConflict[]): ShardliftError {
  const [first] = conflicts;
  const columns = conflicts.map((one) => `${one.path.join(".")} (was ${one.existing}, is ${one.wanted})`);
  return new ShardliftError("data", {
    failed: `A column of ${shard} changed its type in a way that neither engine nor warehouse can widen in place.`,
    rule: first?.rule ?? "types widen, they do not change",
    received: columns.join(", "),
    remedy:
      "drop the column (columns.drop), or load the pipeline into a new table; the day keeps its former rows",
  });
}

function buildFrozenError({ shard }: GrowInput, evolution: ReturnType<typeof planEvolution>): ShardliftError {
  const added = evolution.additions.map(({ path, field }) => `${path.join(".")} ${field.type}`);
  const widened = evolution.widenings.map(({ path, from, to }) => `${path.join(".")} ${from} to ${to}`);
  return new ShardliftError("refused", {
    failed: `The schema of ${shard} grew, and the pipeline's schema is frozen.`,
    rule: "`schema: freeze` stops at a new column, a new member or a wider type",
    received: [...added, ...widened].join(", "),
    remedy: "write `schema: evolve` into the pipeline file (once is enough), or drop the column",
  });
}
