import { SnowflakeError, unknownObject } from "../errors.ts";
import type { LoadMetadata } from "./load-metadata.ts";
import { type ObjectName, printName } from "./names.ts";
import type { ColumnType } from "./types.ts";

export interface TableColumn {
  name: string;
  type: ColumnType;
  nullable: boolean;
  /** Its masking policy; nothing is masked here. */
  policy: string | null;
  comment: string;
}

/** Rows live in DuckDB, under `storage`, each with a row id of its own: no key tells two rows apart. */
export interface Table {
  kind: "table";
  name: ObjectName;
  storage: string;
  columns: TableColumn[];
  loads: LoadMetadata;
  clusteredBy: string[];
}

/** `body` is Snowflake's text; it is bound each time somebody asks. */
export interface View {
  kind: "view";
  name: ObjectName;
  /** As they were bound when it was made. */
  columns: { name: string; type: string }[];
  body: string;
  comment: string;
  createdMs: number;
}

/** One file that an external table knows, by its path below the table's location. */
export interface RegisteredFile {
  path: string;
  etag: string;
  bytes: number;
  registeredMs: number;
}

export interface ExternalTable {
  kind: "external table";
  name: ObjectName;
  /** What each column is made of: an expression over VALUE and METADATA$FILENAME, as it was written. */
  columns: { name: string; type: ColumnType; expression: string }[];
  partitionBy: string[];
  stage: ObjectName;
  /** Below the stage, with a slash at its end, or empty. */
  prefix: string;
  /** Of files' whole paths. */
  pattern: RegExp;
  files: Map<string, RegisteredFile>;
}

export interface Stage {
  kind: "stage";
  name: ObjectName;
  /** With a slash at its end. */
  url: string;
  integration: string | null;
}

export interface FileFormat {
  kind: "file format";
  name: ObjectName;
}

export type SchemaObject = Table | View | ExternalTable | Stage | FileFormat;
type Kind = SchemaObject["kind"];

/** All that has a name. Names are upper-cased unless they were quoted. */
export interface Catalog {
  schemas: Set<string>;
  find<K extends Kind>(name: ObjectName, ...kinds: K[]): Extract<SchemaObject, { kind: K }> | null;
  /** @throws SnowflakeError `unknown object` */
  require<K extends Kind>(name: ObjectName, ...kinds: K[]): Extract<SchemaObject, { kind: K }>;
  /** @throws SnowflakeError where the schema is not there */
  put(object: SchemaObject): void;
  remove(object: SchemaObject): void;
  all(): SchemaObject[];
}

/** Tables, views and external tables share one space of names; stages and file formats have their own. */
function space(kind: Kind): string {
  return kind === "stage" || kind === "file format" ? kind : "relation";
}

export function createCatalog(): Catalog {
  const objects = new Map<string, SchemaObject>();
  const schemas = new Set<string>();
  const key = (name: ObjectName, kind: Kind) => JSON.stringify([space(kind), ...name]);
  const find: Catalog["find"] = (name, ...kinds) => {
    for (const kind of kinds) {
      const found = objects.get(key(name, kind));
      if (found?.kind === kind) return found as Extract<SchemaObject, { kind: (typeof kinds)[number] }>;
    }
    return null;
  };
  return {
    schemas,
    find,
    require(name, ...kinds) {
      const found = find(name, ...kinds);
      if (found === null) throw unknownObject(kinds[0] === "stage" ? "Stage" : "Object", printName(name));
      return found;
    },
    put(object) {
      const [database, schema] = object.name;
      if (!schemas.has(JSON.stringify([database, schema]))) {
        throw unknownObject("Schema", printName([database, schema]));
      }
      const other = objects.get(key(object.name, object.kind));
      if (other !== undefined && other.kind !== object.kind) {
        const text = `SQL compilation error:\nObject '${printName(object.name)}' already exists as ${other.kind.toUpperCase()}.`;
        throw new SnowflakeError("object exists", text);
      }
      objects.set(key(object.name, object.kind), object);
    },
    remove: (object) => void objects.delete(key(object.name, object.kind)),
    all: () => [...objects.values()],
  };
}
