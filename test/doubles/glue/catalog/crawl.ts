import { openDatabase } from "../../../../src/adapters/duckdb/database.ts";
import { readParquetSchema } from "../../../../src/adapters/duckdb/parquet-schema.ts";
import type { Field } from "../../../../src/days/schema.ts";
import { findDatabase } from "./checks.ts";
import type { CatalogModel, ColumnRecord, TableRecord } from "./model.ts";

type Input = Record<string, unknown>;

/** What a crawl saw in one folder: columns as its Parquet files have them. */
export interface CrawledFolder {
  uri: string;
  columns: ColumnRecord[];
}

/** Looks into the files themselves, so that types are those of the bytes and of nothing that was declared. */
export async function lookThrough({ listFiles }: CatalogModel, definition: Input): Promise<CrawledFolder[]> {
  const { S3Targets = [] } = definition.Targets as { S3Targets?: { Path: string }[] };
  const database = await openDatabase({ memoryBytes: 500_000_000 });
  try {
    const found: CrawledFolder[] = [];
    for (const { Path } of S3Targets) {
      const files = (await listFiles(Path)).filter((path) => path.endsWith(".parquet"));
      const columns = new Map<string, ColumnRecord>();
      for (const file of files) {
        for (const field of await readParquetSchema(database, file)) {
          columns.set(field.name.toLowerCase(), {
            Name: field.name.toLowerCase(),
            Type: renderCrawled(field),
          });
        }
      }
      if (files.length > 0) found.push({ uri: Path, columns: [...columns.values()] });
    }
    return found;
  } finally {
    database.close();
  }
}

const crawledTypes: Record<string, string> = {
  STRING: "string",
  BYTES: "binary",
  INTEGER: "bigint",
  FLOAT: "double",
  NUMERIC: "decimal(38,9)",
  BOOLEAN: "boolean",
  DATE: "date",
  DATETIME: "timestamp",
  TIMESTAMP: "timestamp",
  TIME: "bigint",
};

function renderCrawled({ type, mode, fields = [] }: Field): string {
  const members = fields.map((field) => `${field.name.toLowerCase()}:${renderCrawled(field)}`);
  const element = type === "RECORD" ? `struct<${members.join(",")}>` : (crawledTypes[type] ?? "string");
  return mode === "REPEATED" ? `array<${element}>` : element;
}

/** Tables at the level that the crawler is told, named by prefix and folder; keys from the folders below. */
export function writeFindings(model: CatalogModel, definition: Input, found: readonly CrawledFolder[]): void {
  const { tables } = findDatabase(model, definition);
  const { Grouping = {} } = JSON.parse(String(definition.Configuration ?? "{}"));
  for (const { uri, columns } of found) {
    const parts = uri
      .replace(/^s3:\/\//, "")
      .split("/")
      .filter((part) => part !== "");
    const level = Number(Grouping.TableLevelConfiguration ?? parts.length);
    const name = `${definition.TablePrefix ?? ""}${parts[level - 1]}`.toLowerCase();
    const keys = parts.slice(level).map((part) => part.split("="));
    const location = `s3://${parts.slice(0, level).join("/")}/`;
    const table = tables.get(name) ?? buildTable(model, name, location, keys);
    tables.set(name, table);
    table.input.StorageDescriptor = {
      ...table.input.StorageDescriptor,
      Columns: mergeNew(table.input.StorageDescriptor?.Columns ?? [], columns),
    };
    table.version += 1;
    const values = keys.map(([, value = ""]) => value);
    table.partitions.set(JSON.stringify(values), {
      Values: values,
      StorageDescriptor: { Columns: columns, Location: uri },
      Parameters: { classification: "parquet" },
      createdMs: model.clock.now(),
    });
  }
}

function mergeNew(known: readonly ColumnRecord[], seen: readonly ColumnRecord[]): ColumnRecord[] {
  return [...known, ...seen.filter(({ Name }) => !known.some((column) => column.Name === Name))];
}

function buildTable({ clock }: CatalogModel, name: string, location: string, keys: string[][]): TableRecord {
  return {
    input: {
      Name: name,
      TableType: "EXTERNAL_TABLE",
      PartitionKeys: keys.map(([key = ""]) => ({ Name: key, Type: "string" })),
      Parameters: { classification: "parquet", CrawlerSchemaDeserializerVersion: "1.0" },
      StorageDescriptor: { Columns: [], Location: location },
    },
    version: 0,
    createdMs: clock.now(),
    updatedMs: clock.now(),
    partitions: new Map(),
  };
}
