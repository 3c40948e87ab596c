import type { PartitionError, PartitionInput, Table } from "@aws-sdk/client-glue";
import type { Day } from "../../days/day.ts";
import type { Partition, PartitionFault } from "../../ports.ts";
import type { CallGlue } from "./client.ts";
import { buildItemError, translateError } from "./errors.ts";
import { type LakePlace, renderLocation } from "./locations.ts";
import type { GlueTable } from "./names.ts";
import { readBatch } from "./read-partitions.ts";
import { buildStorage } from "./table-input.ts";

/** Glue's own limit of one batch. */
export const partitionsPerBatch = 100;

/** A partition that is there is updated, one that is not is created; who else does so meanwhile is met once or twice. */
const maxRounds = 4;

export interface Pointing {
  call: CallGlue;
  table: GlueTable;
  lake: LakePlace;
}

/** One day on its way. */
interface Move {
  day: Day;
  input: PartitionInput;
  does: "create" | "update";
}

/**
 * Points one batch of days at their folders.
 * @returns what Glue refused of it; rejects where a request was refused or not answered as a whole
 */
export async function pointBatch(
  pointing: Pointing,
  table: Table,
  batch: readonly Partition[],
): Promise<PartitionFault[]> {
  const columns = table.StorageDescriptor?.Columns ?? [];
  const { found } = await readBatch(
    pointing.call,
    pointing.table,
    batch.map(({ day }) => day),
  );
  const present = new Set(found.map(({ Values = [] }) => Values[0]));
  let moves = batch.map(({ day, prefix }): Move => {
    const storage = buildStorage(columns, renderLocation(pointing.lake, prefix));
    const input = { Values: [day], StorageDescriptor: storage, Parameters: { classification: "parquet" } };
    return { day, input, does: present.has(day) ? "update" : "create" };
  });
  const faults: PartitionFault[] = [];
  for (let round = 0; moves.length > 0; round += 1) {
    const refused = [...(await createAbsent(pointing, moves)), ...(await updatePresent(pointing, moves))];
    const again = round < maxRounds ? refused.filter(isOvertaken) : [];
    for (const one of refused) if (!again.includes(one)) faults.push(buildFault(pointing.table, one));
    moves = again.map(({ move }) => ({ ...move, does: move.does === "create" ? "update" : "create" }));
  }
  return faults;
}

interface Refused {
  move: Move;
  code: string | undefined;
  message: string | undefined;
}

/** Somebody made or dropped the partition since it was looked for. */
function isOvertaken({ move, code }: Refused): boolean {
  return code === (move.does === "create" ? "AlreadyExistsException" : "EntityNotFoundException");
}

function buildFault({ title }: GlueTable, { move, code, message }: Refused): PartitionFault {
  const failed = `The partition ${move.day} of ${title} was not pointed at its folder.`;
  return { day: move.day, error: translateError(buildItemError(code, message), failed) };
}

async function createAbsent({ call, table }: Pointing, moves: readonly Move[]): Promise<Refused[]> {
  const own = moves.filter(({ does }) => does === "create");
  if (own.length === 0) return [];
  const input = {
    DatabaseName: table.database,
    TableName: table.name,
    PartitionInputList: own.map((move) => move.input),
  };
  const { Errors } = await call(`Partitions of ${table.title} could not be made in Glue.`, (glue, options) =>
    glue.batchCreatePartition(input, options),
  );
  return matchErrors(own, Errors ?? [], ({ PartitionValues }) => PartitionValues);
}

async function updatePresent({ call, table }: Pointing, moves: readonly Move[]): Promise<Refused[]> {
  const own = moves.filter(({ does }) => does === "update");
  if (own.length === 0) return [];
  const entries = own.map(({ day, input }) => ({ PartitionValueList: [day], PartitionInput: input }));
  const input = { DatabaseName: table.database, TableName: table.name, Entries: entries };
  const { Errors } = await call(`Partitions of ${table.title} could not be moved in Glue.`, (glue, options) =>
    glue.batchUpdatePartition(input, options),
  );
  return matchErrors(own, Errors ?? [], ({ PartitionValueList }) => PartitionValueList);
}

function matchErrors<Item extends Pick<PartitionError, "ErrorDetail">>(
  moves: readonly Move[],
  errors: readonly Item[],
  readValues: (item: Item) => string[] | undefined,
): Refused[] {
  return errors.flatMap((item) => {
    const move = moves.find(({ day }) => day === readValues(item)?.[0]);
    const { ErrorCode: code, ErrorMessage: message } = item.ErrorDetail ?? {};
    return move === undefined ? [] : [{ move, code, message }];
  });
}
