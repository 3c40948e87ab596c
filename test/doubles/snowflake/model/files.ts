import type { DuckDBConnection } from "@duckdb/node-api";
import type { Piece } from "../sql/casts.ts";
import type { Relation } from "../sql/translate.ts";
import { duckdbError } from "./duckdb-errors.ts";
import type { StagedFile } from "./load-metadata.ts";
import { quote, quoteText } from "./names.ts";

/** A column of a Parquet file: its name as it stands there, and DuckDB's type of it. */
export interface FileColumn {
  name: string;
  type: string;
}

/** Footers are read once: a file that changes has another etag. */
export type FooterCache = Map<string, FileColumn[]>;

const nested = /[([]|^MAP|^JSON/;

/**
 * Columns of one file, in order.
 * @throws SnowflakeError `file broken`
 */
export async function readFileColumns(
  connection: DuckDBConnection,
  cache: FooterCache,
  file: StagedFile,
): Promise<FileColumn[]> {
  const key = `${file.path} ${file.etag}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  try {
    const sql = `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${renderParquet([file])})`;
    const rows = (await connection.runAndReadAll(sql)).getRows();
    const columns = rows.map(([name, type]) => ({ name: String(name), type: String(type) }));
    cache.set(key, columns);
    return columns;
  } catch (error) {
    throw duckdbError(error, { file: file.url });
  }
}

function renderParquet(files: readonly StagedFile[], more = ""): string {
  // Square brackets would be patterns.
  const paths = files.map(({ path }) => quoteText(path.replace(/[[*?]/g, "[$&]"))).join(", ");
  return `read_parquet([${paths}], hive_partitioning = false${more})`;
}

interface Group {
  columns: FileColumn[];
  files: StagedFile[];
}

/**
 * Rows of files as VALUE or $1 show them: each column of any file once, as `VALUE:<name>`, native where it is a scalar
 * of one type in all of them, else as JSON. METADATA$FILENAME is the path below the bucket; `extra` gives more columns
 * of a file.
 */
export async function buildFileRelation(
  connection: DuckDBConnection,
  cache: FooterCache,
  files: readonly StagedFile[],
  extra: (file: StagedFile) => Record<string, string>,
): Promise<Relation> {
  const groups = await groupFiles(connection, cache, files);
  const kinds = findKinds(groups);
  const parts = groups.map((group) => renderGroup(group, kinds, extra));
  const none = `SELECT NULL::VARCHAR AS "METADATA$FILENAME" WHERE false`;
  return { sql: `(${[none, ...parts].join(" UNION ALL BY NAME ")})`, fileColumns: kinds };
}

async function groupFiles(
  connection: DuckDBConnection,
  cache: FooterCache,
  files: readonly StagedFile[],
): Promise<Group[]> {
  const groups = new Map<string, Group>();
  for (const file of files) {
    const columns = await readFileColumns(connection, cache, file);
    const key = JSON.stringify(columns);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { columns, files: [file] });
    else group.files.push(file);
  }
  return [...groups.values()];
}

function findKinds(groups: readonly Group[]): Map<string, Piece["is"]> {
  const types = new Map<string, Set<string>>();
  for (const { name, type } of groups.flatMap(({ columns }) => columns)) {
    types.set(name, (types.get(name) ?? new Set()).add(type));
  }
  const isNative = (found: Set<string>) =>
    found.size === 1 && !nested.test([...found][0]!.replace(/^DECIMAL\(.*\)$/, ""));
  return new Map([...types].map(([name, found]) => [name, isNative(found) ? "native" : "variant"]));
}

function renderGroup(
  { columns, files }: Group,
  kinds: ReadonlyMap<string, Piece["is"]>,
  extra: (file: StagedFile) => Record<string, string>,
): string {
  const shown = columns.map(({ name }) => {
    const value = kinds.get(name) === "native" ? `rows.${quote(name)}` : `to_json(rows.${quote(name)})`;
    return `${value} AS ${quote(`VALUE:${name}`)}`;
  });
  const known = files.map((file) => ({
    path: file.path,
    more: { METADATA$FILENAME: file.url.replace(/^\w+:\/\/[^/]+\//, ""), ...extra(file) },
  }));
  const names = Object.keys(known[0]!.more);
  const values = known.map(
    ({ path, more }) =>
      `(${[path, ...names.map((name) => (more as Record<string, string>)[name]!)].map(quoteText).join(", ")})`,
  );
  const listed = `(VALUES ${values.join(", ")}) AS known(${["__path", ...names].map(quote).join(", ")})`;
  const source = `${renderParquet(files, ", filename = '__file'")} AS rows JOIN ${listed} ON known."__path" = rows."__file"`;
  return `SELECT ${[...names.map((name) => `known.${quote(name)}`), ...shown].join(", ")} FROM ${source}`;
}
