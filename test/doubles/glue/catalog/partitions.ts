import { AwsError, missEntity, refuseInput } from "../errors.ts";
import type { Operations } from "../operations.ts";
import { checkStorage, findTable, invalid, readList, readObject, refuseUnknown } from "./checks.ts";
import { parseExpression } from "./expression.ts";
import type { CatalogModel, PartitionRecord, TableRecord } from "./model.ts";

type Input = Record<string, unknown>;

/** Limits of the API's reference: items of one call. */
const maxWritten = 100;
const maxRead = 1000;
const maxDeleted = 25;
const maxPage = 1000;

const partitionMembers = ["Values", "LastAccessTime", "StorageDescriptor", "Parameters", "LastAnalyzedTime"];

export function createPartitionOperations(model: CatalogModel): Operations {
  return {
    BatchCreatePartition(input) {
      const table = findTable(model, input);
      const wanted = readList<Input>(input, "PartitionInputList", maxWritten);
      const errors = wanted.flatMap((one) => {
        const values = readValues(table, one);
        return catchItem(model, values, () => create(model, table, values, one), "PartitionValues");
      });
      return { Errors: errors };
    },
    BatchUpdatePartition(input) {
      const table = findTable(model, input);
      const entries = readList<Input>(input, "Entries", maxWritten);
      const errors = entries.flatMap((entry) => {
        const values = readList<string>(entry, "PartitionValueList", 100);
        const one = readObject(entry, "PartitionInput");
        return catchItem(model, values, () => update(model, table, values, one), "PartitionValueList");
      });
      return { Errors: errors };
    },
    BatchDeletePartition(input) {
      const table = findTable(model, input);
      const keys = readList<{ Values: string[] }>(input, "PartitionsToDelete", maxDeleted);
      const errors = keys.flatMap(({ Values }) =>
        catchItem(model, Values, () => void remove(table, Values), "PartitionValues"),
      );
      return { Errors: errors };
    },
    BatchGetPartition(input) {
      const table = findTable(model, input);
      const keys = readList<{ Values: string[] }>(input, "PartitionsToGet", maxRead);
      const found = keys.flatMap(({ Values }) => table.partitions.get(JSON.stringify(Values)) ?? []);
      const absent = keys.filter(({ Values }) => !table.partitions.has(JSON.stringify(Values)));
      return {
        Partitions: found.map((one) => describe(input, one, "columns")),
        UnprocessedKeys: model.absentKeys === "unprocessed" ? absent : [],
      };
    },
    GetPartition(input) {
      const table = findTable(model, input);
      const values = readList<string>(input, "PartitionValues", 100);
      return { Partition: describe(input, find(table, values), "columns") };
    },
    GetPartitions: (input) => readPage(model, input),
  };
}

/** A page may be empty and not be the last: segments are filled unevenly, and filters come after paging. */
function readPage(model: CatalogModel, input: Input): object {
  const table = findTable(model, input);
  const { MaxResults = maxPage, NextToken, Segment, Expression, ExcludeColumnSchema } = input;
  if (!(Number(MaxResults) >= 1 && Number(MaxResults) <= maxPage)) throw invalid("MaxResults");
  const fits = parseExpression(table.input.PartitionKeys ?? [], Expression);
  const all = [...table.partitions.values()].filter(isInSegment(Segment));
  const from = NextToken === undefined ? 0 : readToken(String(NextToken));
  const size = Math.min(Number(MaxResults), model.pageSize);
  const page = all.slice(from, from + size).filter(({ Values }) => fits(Values));
  const detail = ExcludeColumnSchema === true ? "no columns" : "columns";
  const isLast = from + size >= all.length;
  return {
    Partitions: page.map((one) => describe(input, one, detail)),
    ...(isLast ? {} : { NextToken: Buffer.from(`from ${from + size}`).toString("base64") }),
  };
}

function readToken(token: string): number {
  const [, from] = /^from (\d+)$/.exec(Buffer.from(token, "base64").toString()) ?? [];
  if (from === undefined) throw refuseInput("Invalid token");
  return Number(from);
}

function isInSegment(segment: unknown): (partition: PartitionRecord) => boolean {
  if (segment === undefined) return () => true;
  const { SegmentNumber, TotalSegments } = segment as { SegmentNumber: number; TotalSegments: number };
  if (!(TotalSegments >= 1 && TotalSegments <= 10 && SegmentNumber >= 0 && SegmentNumber < TotalSegments)) {
    throw invalid("Segment: TotalSegments is 1 to 10, SegmentNumber below it");
  }
  return ({ Values }) => {
    const sum = [...Values.join("/")].reduce((total, character) => total + character.charCodeAt(0), 0);
    return sum % TotalSegments === SegmentNumber;
  };
}

function create(model: CatalogModel, table: TableRecord, values: string[], input: Input): void {
  const key = JSON.stringify(values);
  if (table.partitions.has(key)) throw new AwsError("AlreadyExistsException", "Partition already exists.");
  table.partitions.set(key, { ...structuredClone(input), Values: values, createdMs: model.clock.now() });
}

function update(model: CatalogModel, table: TableRecord, values: string[], input: Input): void {
  const found = find(table, values);
  const next = readValues(table, input);
  remove(table, values);
  create(model, table, next, { ...input, createdMs: found.createdMs });
}

function find(table: TableRecord, values: readonly string[]): PartitionRecord {
  const found = table.partitions.get(JSON.stringify(values));
  if (found === undefined) throw missEntity("Partition not found.");
  return found;
}

function remove(table: TableRecord, values: readonly string[]): void {
  find(table, values);
  table.partitions.delete(JSON.stringify(values));
}

function readValues({ input }: TableRecord, partition: Input): string[] {
  refuseUnknown(partition, partitionMembers);
  checkStorage(partition);
  const values = readList<string>(partition, "Values", 100);
  const keys = input.PartitionKeys ?? [];
  if (values.length === keys.length) return values;
  throw refuseInput("The number of partition keys do not match the number of partition values");
}

/** What goes wrong with one item is told in the answer; the others are done. */
function catchItem(model: CatalogModel, values: string[], work: () => void, member: string): object[] {
  const refused = model.refused.get(values[0] ?? "");
  try {
    if (refused !== undefined) throw new AwsError(refused.code, refused.message);
    work();
    return [];
  } catch (error) {
    if (!(error instanceof AwsError) || error.name === "SerializationException") throw error;
    return [{ [member]: values, ErrorDetail: { ErrorCode: error.name, ErrorMessage: error.message } }];
  }
}

function describe(input: Input, partition: PartitionRecord, detail: "columns" | "no columns"): object {
  const { createdMs, ...rest } = structuredClone(partition);
  const { Columns, ...storage } = rest.StorageDescriptor ?? {};
  const columns = detail === "columns" && Columns !== undefined ? { Columns } : {};
  return {
    ...rest,
    StorageDescriptor: { ...columns, ...storage },
    DatabaseName: input.DatabaseName,
    TableName: input.TableName,
    CreationTime: createdMs / 1000,
    CatalogId: "123456789012",
  };
}
