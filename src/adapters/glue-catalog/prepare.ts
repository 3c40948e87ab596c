import type { Table } from "@aws-sdk/client-glue";
import { ShardliftError } from "../../errors.ts";
import type { CallGlue } from "./client.ts";
import { hasName } from "./errors.ts";
import { judgeTable, type Wanted } from "./judge-table.ts";
import { renderLocation } from "./locations.ts";
import type { GlueTable } from "./names.ts";
import { buildGrownInput, buildTableInput, owner, ownerMark } from "./table-input.ts";

/** Races for one table end after a few rounds; more means that something else is wrong. */
const maxRounds = 20;

/**
 * Creates the table, or grows its columns by compare-and-swap on its version. Nothing is taken away, however late a
 * request is done: one that grows an older version is refused.
 */
export async function prepareTable(call: CallGlue, wanted: Wanted): Promise<void> {
  for (let round = 0; round < maxRounds; round += 1) {
    const found = await readTable(call, wanted.table);
    const isDone = found === null ? await createTable(call, wanted) : await growTable(call, found, wanted);
    if (isDone) return;
  }
  const failed = `The table ${wanted.table.title} could not be changed: others changed it ${maxRounds} times meanwhile.`;
  throw new ShardliftError("outside", { failed }, { retryable: true });
}

/** null: no such table, or no such database. */
export async function readTable(call: CallGlue, { database, name, title }: GlueTable): Promise<Table | null> {
  return call(`The table ${title} could not be read in Glue.`, async (glue, options) => {
    try {
      return (await glue.getTable({ DatabaseName: database, Name: name }, options)).Table ?? null;
    } catch (error) {
      if (hasName(error, "EntityNotFoundException")) return null;
      throw error;
    }
  });
}

/** @returns whether that was all; else somebody else made it, or its database had to be made first */
async function createTable(call: CallGlue, { table, columns, lake, prefix }: Wanted): Promise<boolean> {
  const input = buildTableInput(table, columns, renderLocation(lake, prefix));
  const made = await call(`The table ${table.title} could not be made in Glue.`, async (glue, options) => {
    try {
      await glue.createTable({ DatabaseName: table.database, TableInput: input }, options);
      return "table";
    } catch (error) {
      if (hasName(error, "AlreadyExistsException")) return "nothing";
      if (hasName(error, "EntityNotFoundException")) return "no database";
      throw error;
    }
  });
  if (made === "no database") await createDatabase(call, table);
  return made === "table";
}

async function createDatabase(call: CallGlue, { database }: GlueTable): Promise<void> {
  const input = { Name: database, Parameters: { [ownerMark]: owner } };
  await call(`The database ${database} could not be made in Glue.`, async (glue, options) => {
    try {
      await glue.createDatabase({ DatabaseInput: input }, options);
    } catch (error) {
      if (!hasName(error, "AlreadyExistsException")) throw error;
    }
  });
}

async function growTable(call: CallGlue, found: Table, wanted: Wanted): Promise<boolean> {
  const { columns, hasNew, hasNestedGrowth } = judgeTable(found, wanted);
  const isMarked = found.Parameters?.[ownerMark] === owner;
  if (!hasNew && isMarked) return true;
  const input = buildGrownInput(found, columns, hasNestedGrowth ? "begins" : "as it was");
  return updateTable(call, wanted.table, found, input);
}

/** @returns false where the table is not at that version any more: nothing was done */
export async function updateTable(
  call: CallGlue,
  { database, title }: GlueTable,
  { VersionId }: Table,
  input: ReturnType<typeof buildTableInput>,
): Promise<boolean> {
  return call(`The table ${title} could not be changed in Glue.`, async (glue, options) => {
    try {
      await glue.updateTable({ DatabaseName: database, TableInput: input, VersionId }, options);
      return true;
    } catch (error) {
      // Gone since it was read is a change as well.
      if (hasName(error, "ConcurrentModificationException", "EntityNotFoundException")) return false;
      throw error;
    }
  });
}
