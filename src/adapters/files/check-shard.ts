import { ShardliftError } from "../../errors.ts";
import type { DataFormat, ShardFile } from "./file-name.ts";

/** A shard whose files fit together. */
export interface CheckedShard {
  format: DataFormat;
  /** Names of the files with rows, in the order of their parts. */
  parts: string[];
  /** Name of the schema file; always there for JSON, never read for Parquet. */
  schema: string | null;
}

/**
 * Checks that a table's files can be read as one shard.
 * @throws ShardliftError `data` naming the table and the file that does not fit
 */
export function checkShard(table: string, files: readonly ShardFile[]): CheckedShard {
  const unreadable = files.find((file) => file.holds === "unreadable");
  if (unreadable)
    throw refused(table, "is in a format that cannot be read", unreadable.name, unreadable.advice);
  const rows = files.filter((file) => file.holds === "rows");
  const parts = rows.toSorted((a, b) => (a.part ?? -1) - (b.part ?? -1));
  const format = checkFormat(table, parts);
  checkNumbers(table, parts);
  const schema = files.find((file) => file.holds === "schema")?.name ?? null;
  if (format !== "parquet" && schema === null) throw withoutSchema(table, parts[0]!.name);
  return { format, parts: parts.map((part) => part.name), schema };
}

type RowsFile = Extract<ShardFile, { holds: "rows" }>;

function checkFormat(table: string, parts: readonly RowsFile[]): DataFormat {
  const first = parts[0]!;
  const other = parts.find((part) => part.format !== first.format);
  if (other === undefined) return first.format;
  const advice = "remove the files of the extract that does not count";
  throw refused(table, "has files of several formats", `${first.name} and ${other.name}`, advice);
}

/** A gap means a file that did not arrive: half a day would look like a whole one. */
function checkNumbers(table: string, parts: readonly RowsFile[]): void {
  if (parts.length === 1 && parts[0]!.part === null) return;
  parts.forEach(({ name, part }, index) => {
    if (part === index) return;
    const advice = "copy the missing part, or remove files of another extract; parts are numbered from 0";
    throw refused(
      table,
      "has parts that do not count up from 0 one by one",
      `${name} as part ${index}`,
      advice,
    );
  });
}

function withoutSchema(table: string, name: string): ShardliftError {
  const advice = `put its schema beside it as ${table}.schema.json (bq show --schema --format=json <table>)`;
  return refused(table, "is newline JSON without a schema file", name, advice);
}

function refused(table: string, problem: string, received: string, remedy: string): ShardliftError {
  return new ShardliftError("data", {
    failed: `The shard ${table} ${problem}.`,
    rule: "one shard is one file, or parts -000, -001, … of one format; newline JSON has <shard>.schema.json",
    received,
    remedy,
  });
}
