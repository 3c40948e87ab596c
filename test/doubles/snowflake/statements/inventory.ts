import { unknownObject } from "../errors.ts";
import type { ExternalTable } from "../model/catalog.ts";
import type { StagedFile } from "../model/load-metadata.ts";
import { parseName, printName } from "../model/names.ts";
import { joinUrl } from "../model/stages.ts";
import { parseType } from "../model/types.ts";
import { buildColumn, typeIds } from "../protocol/replies.ts";
import { parseText, splitList } from "../sql/tokens.ts";
import { ddl, done, type Handler, type Recognised, readName, type StatementKind } from "./context.ts";
import { readStagePath, readTexts } from "./copy.ts";

const createFiles: Handler = async (recognised) => {
  const { world, places, statement } = recognised;
  const name = readName(recognised, places.files!);
  if (world.catalog.find(name, "external table"))
    return done(`${name[2]} already exists, statement succeeded.`);
  const { stage, prefix } = readStagePath(recognised, places.stage!);
  const after = statement.sql.slice(statement.sql.indexOf(places.files!) + places.files!.length);
  const [declared = "", rest = ""] = after.split("\n)\nPARTITION BY ");
  const columns = splitList(declared.slice(declared.indexOf("(") + 1)).map(parseColumn);
  const partitionBy = splitList(rest.slice(1, rest.indexOf(")"))).map((one) => parseName(one)![0]!);
  const pattern = new RegExp(`^${/\nPATTERN = '(.*)'\n/.exec(after)![1]!}$`);
  const table: ExternalTable = {
    kind: "external table",
    name,
    columns,
    partitionBy,
    stage: stage.name,
    prefix,
    pattern,
    files: new Map(),
  };
  await world.inTurn(async () => world.catalog.put(table));
  return done(`Table ${name[2]} successfully created.`);
};

function parseColumn(text: string): ExternalTable["columns"][number] {
  const [, name, type, expression] = /^("(?:[^"]|"")+") (\w+) AS \((.*)\)$/s.exec(text)!;
  return { name: parseName(name!)![0]!, type: parseType(type!), expression: expression! };
}

/** Documented: what is new is registered, what is gone is unregistered, below this path alone. */
const refresh: Handler = async (recognised) => {
  const { world, places } = recognised;
  const table = findFiles(recognised);
  const stage = world.catalog.require(table.stage, "stage");
  readStagePath(recognised, `@${printName(stage.name)}`);
  const path = parseText(places.path!);
  const base = joinUrl(stage, table.prefix);
  const listed = (await world.storage.list(base + path)).filter(({ url }) => table.pattern.test(url));
  const all = await world.inTurn(async () => registerListed(table, base, path, listed, world.clock.now()));
  const isTold = world.choices.refreshUnchanged === "REGISTER_SKIPPED";
  const rows = all.filter(([, status]) => isTold || status !== "REGISTER_SKIPPED");
  return {
    columns: ["file", "status", "description"].map((name) => buildColumn(name)),
    rows,
    typeId: typeIds.ddl,
  };
};

function registerListed(
  table: ExternalTable,
  base: string,
  path: string,
  listed: readonly StagedFile[],
  registeredMs: number,
): string[][] {
  const rows: string[][] = [];
  const here = new Map(listed.map((file) => [file.url.slice(base.length), file]));
  for (const [below, { etag, bytes }] of here) {
    const known = table.files.get(below);
    const status =
      known === undefined ? "REGISTERED_NEW" : known.etag === etag ? "REGISTER_SKIPPED" : "REGISTERED_UPDATE";
    table.files.set(below, { path: below, etag, bytes, registeredMs });
    rows.push([
      base + below,
      status,
      status === "REGISTER_SKIPPED" ? "File already registered." : "File registered successfully.",
    ]);
  }
  for (const below of [...table.files.keys()].filter((one) => one.startsWith(path) && !here.has(one))) {
    table.files.delete(below);
    rows.push([base + below, "UNREGISTERED", "File unregistered successfully."]);
  }
  return rows;
}

const removeFiles: Handler = async (recognised) => {
  const table = findFiles(recognised);
  const paths = readTexts(recognised.places.paths!);
  const known = paths.filter((path) => table.files.has(path));
  await recognised.world.inTurn(async () => {
    for (const path of known) table.files.delete(path);
  });
  const rows = known.map((path) => [path, "UNREGISTERED", "File unregistered successfully."]);
  return {
    columns: ["file", "status", "description"].map((name) => buildColumn(name)),
    rows,
    typeId: typeIds.ddl,
  };
};

function findFiles(recognised: Recognised): ExternalTable {
  return recognised.world.catalog.require(readName(recognised, recognised.places.files!), "external table");
}

/** Documented: the path of a file below its bucket is what METADATA$FILENAME says. */
export async function listRegistered(recognised: Recognised): Promise<string[]> {
  const { world, places } = recognised;
  const name = readName(recognised, parseText(places.table!));
  const table = world.catalog.find(name, "external table");
  if (table === null) throw unknownObject("Table", printName(name));
  const stage = world.catalog.require(table.stage, "stage");
  const bucket = joinUrl(stage, table.prefix).replace(/^\w+:\/\/[^/]+\//, "");
  const prefix = world.choices.fileNames === "bucket" ? bucket : "";
  return [...table.files.keys()].sort().map((path) => prefix + path);
}

export const inventoryStatements: Record<string, StatementKind> = {
  "create-files": ddl(createFiles),
  "refresh-files": ddl(refresh),
  "remove-files": ddl(removeFiles),
};
