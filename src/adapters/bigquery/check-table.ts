import type { ShardKind } from "../../days/families.ts";
import { ShardliftError } from "../../errors.ts";
import type { TableMetadata } from "./table.ts";

export interface TableClaim {
  /** `project.dataset.table` */
  name: string;
  kind: ShardKind;
  /** Where it must lie; null: anywhere. */
  location: string | null;
}

/** @throws ShardliftError where the table is none that a shard can be read from, or not now */
export function checkTable(table: TableMetadata, claim: TableClaim): void {
  if (table.type !== "TABLE") throw buildWrongType(table, claim);
  checkLocation(table, claim);
  // Provisional shards are read as they are: they are read again anyhow when their rows have settled.
  if (claim.kind === "daily" && table.isStreaming) throw buildStreaming(claim);
}

/** Told as soon as a table is looked at, so that a plan says it, too. */
export function checkLocation(table: TableMetadata, claim: Pick<TableClaim, "name" | "location">): void {
  const { name, location } = claim;
  if (location === null || location.toLowerCase() === table.location.toLowerCase()) return;
  throw buildWrongLocation(table, { name, location });
}

/** A view would be computed and billed, and what it says may change without a trace. */
function buildWrongType({ type }: TableMetadata, { name }: TableClaim): ShardliftError {
  return new ShardliftError("data", {
    failed: `${name} is not a table that Google exported to.`,
    rule: "a shard is a table with rows of its own: no view, external table, snapshot or clone of another kind",
    received: `type ${type}`,
    remedy:
      "rename or remove it, so that its name is free for the export; or shorten the pipeline's days with --days",
  });
}

function buildWrongLocation(
  { location }: TableMetadata,
  claim: { name: string; location: string },
): ShardliftError {
  return new ShardliftError("config", {
    failed: `${claim.name} lies in ${location}.`,
    rule: `source.location allows ${claim.location} alone`,
    received: `location ${location}`,
    remedy: "correct source.location, or take the dataset of the right location",
  });
}

function buildStreaming({ name }: TableClaim): ShardliftError {
  return new ShardliftError(
    "not-ready",
    {
      failed: `${name} is still being written.`,
      rule: "a daily shard is read when no rows wait in its streaming buffer: they are in no count yet",
      received: "a streaming buffer that is not empty",
      remedy: "run again later; the day stays as it is until then",
    },
    { retryable: true },
  );
}
