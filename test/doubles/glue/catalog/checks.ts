import { AwsError, missEntity, refuseInput } from "../errors.ts";
import type { CatalogModel, DatabaseRecord, TableRecord } from "./model.ts";

type Input = Record<string, unknown>;

/** Glue folds names of databases and tables when it stores them, and when it looks for them. */
export function fold(name: unknown): string {
  return String(name).toLowerCase();
}

export function readText(input: Input, member: string): string {
  const value = input[member];
  if (typeof value !== "string" || value === "") throw invalid(`${member} must not be null`);
  return value;
}

export function readObject(input: Input, member: string): Input {
  const value = input[member];
  if (typeof value !== "object" || value === null) throw invalid(`${member} must not be null`);
  return value as Input;
}

/** A list with the limit that the API's reference gives it. */
export function readList<Item>(input: Input, member: string, max: number): Item[] {
  const value = input[member];
  if (!Array.isArray(value)) throw invalid(`${member} must not be null`);
  if (value.length > max) throw invalid(`${member} must have length less than or equal to ${max}`);
  return value as Item[];
}

/** AWS ignores members it does not know; here they are a mistake of whoever sends them. */
export function refuseUnknown(input: Input, known: readonly string[]): void {
  const unknown = Object.keys(input).filter((member) => !known.includes(member));
  if (unknown.length > 0)
    throw new AwsError("SerializationException", `unknown member ${unknown.join(", ")}`);
}

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", `1 validation error detected: ${message}`);
}

const storageMembers = [
  ...["Columns", "Location", "AdditionalLocations", "InputFormat", "OutputFormat", "Compressed"],
  ...["NumberOfBuckets", "SerdeInfo", "BucketColumns", "SortColumns", "Parameters", "SkewedInfo"],
  ...["StoredAsSubDirectories", "SchemaReference"],
];

export function checkStorage(input: Input): void {
  if (input.StorageDescriptor === undefined) return;
  const storage = input.StorageDescriptor as Input;
  refuseUnknown(storage, storageMembers);
  const location = storage.Location;
  if (location !== undefined && !/^s3:\/\/[a-z0-9][a-z0-9.-]+\/.*/.test(String(location))) {
    throw refuseInput(`Invalid location: ${location}`);
  }
  for (const column of (storage.Columns ?? []) as Input[]) {
    refuseUnknown(column, ["Name", "Type", "Comment", "Parameters"]);
    readText(column, "Name");
    if (String(column.Type).length > 131_072) throw refuseInput("Type is too long");
  }
}

export function findDatabase({ databases }: CatalogModel, input: Input): DatabaseRecord {
  const name = fold(readText(input, "DatabaseName"));
  const found = databases.get(name);
  if (found === undefined) throw missEntity(`Database ${name} not found.`);
  return found;
}

export function findTable(model: CatalogModel, input: Input, member = "TableName"): TableRecord {
  const database = findDatabase(model, input);
  const name = fold(readText(input, member));
  const found = database.tables.get(name);
  if (found === undefined) throw missEntity(`Entity Not Found: Table ${name} not found.`);
  return found;
}
