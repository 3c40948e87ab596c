import { AwsError, missEntity } from "../errors.ts";
import type { Operations } from "../operations.ts";
import {
  checkStorage,
  findDatabase,
  findTable,
  fold,
  readObject,
  readText,
  refuseUnknown,
} from "./checks.ts";
import type { CatalogModel, DatabaseRecord, TableRecord } from "./model.ts";

const tableMembers = [
  ...["Name", "Description", "Owner", "LastAccessTime", "LastAnalyzedTime", "Retention", "StorageDescriptor"],
  ...["PartitionKeys", "ViewOriginalText", "ViewExpandedText", "TableType", "Parameters", "TargetTable"],
  "ViewDefinition",
];

export function createTableOperations(model: CatalogModel): Operations {
  const { databases, clock } = model;
  return {
    CreateDatabase(input) {
      const database = readObject(input, "DatabaseInput");
      const name = fold(readText(database, "Name"));
      if (databases.has(name)) throw new AwsError("AlreadyExistsException", "Database already exists.");
      databases.set(name, { input: { ...database, Name: name }, tables: new Map() });
      return {};
    },
    GetDatabase(input) {
      const name = fold(readText(input, "Name"));
      const found = databases.get(name);
      if (found === undefined) throw missEntity(`Database ${name} not found.`);
      return { Database: found.input };
    },
    CreateTable(input) {
      const { tables } = findDatabase(model, input);
      const table = readTableInput(input);
      if (tables.has(table.Name)) throw new AwsError("AlreadyExistsException", "Table already exists.");
      const nowMs = clock.now();
      tables.set(table.Name, {
        input: table,
        version: 0,
        createdMs: nowMs,
        updatedMs: nowMs,
        partitions: new Map(),
      });
      return {};
    },
    GetTable(input) {
      return { Table: describeTable(findDatabase(model, input), findTable(model, input, "Name")) };
    },
    UpdateTable(input) {
      const table = readTableInput(input);
      const found = findTable(model, { ...input, Name: table.Name }, "Name");
      const { VersionId: version } = input;
      if (version !== undefined && version !== String(found.version)) {
        throw new AwsError(
          "ConcurrentModificationException",
          "Update table failed due to concurrent modifications.",
        );
      }
      // The whole definition is replaced: what was left out is gone.
      found.input = table;
      found.version += 1;
      found.updatedMs = clock.now();
      return {};
    },
    DeleteTable(input) {
      const { tables } = findDatabase(model, input);
      if (!tables.delete(fold(readText(input, "Name")))) throw missEntity("Table not found.");
      return {};
    },
  };
}

function readTableInput(input: Record<string, unknown>): TableRecord["input"] {
  const table = readObject(input, "TableInput");
  refuseUnknown(table, tableMembers);
  checkStorage(table);
  return structuredClone({ ...table, Name: fold(readText(table, "Name")) });
}

function describeTable(
  database: DatabaseRecord,
  { input, version, createdMs, updatedMs }: TableRecord,
): object {
  return {
    ...structuredClone(input),
    DatabaseName: database.input.Name,
    CreateTime: createdMs / 1000,
    UpdateTime: updatedMs / 1000,
    CreatedBy: "arn:aws:sts::123456789012:assumed-role/double/double",
    IsRegisteredWithLakeFormation: false,
    CatalogId: "123456789012",
    VersionId: String(version),
  };
}
