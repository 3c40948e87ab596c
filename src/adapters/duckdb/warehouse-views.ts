import type { Column } from "../../days/schema.ts";
import { ShardliftError } from "../../errors.ts";
import { fragment, identifier, join, literal, type SqlFragment } from "../../sql/render.ts";
import type { Database } from "./database.ts";
import { type FileGroup, type FindPath, readColdFiles } from "./warehouse-files.ts";
import type { Relations } from "./warehouse-names.ts";
import { readTableColumns, renderSelection } from "./warehouse-schemas.ts";
import { renderTexts, renderWarehouseSql } from "./warehouse-sql.ts";

/** Makes the views anew from ledger and inventory; belongs into the transaction that moved one of them. */
export async function writeViews(database: Database, names: Relations, findPath: FindPath): Promise<void> {
  await refuseUnregistered(database, names);
  const columns = (await readTableColumns(database, names)) ?? [];
  const groups = await readColdFiles(database, names);
  const places = { columns, findPath, ledger: names.ledger };
  const parts = renderParts(groups, places);
  const partsNotHot = renderParts(
    groups.filter((group) => !group.isHot),
    places,
  );
  const { cold, all, hot, days, ledger } = names;
  await database.run(renderWarehouseSql("create-cold-view", { cold, parts }));
  const list = join(columns.map((column) => identifier(column.name)));
  await database.run(renderWarehouseSql("create-all-view", { all, hot, columns: list, parts: partsNotHot }));
  await database.run(renderWarehouseSql("create-days-view", { days, ledger }));
}

async function refuseUnregistered(database: Database, names: Relations): Promise<void> {
  const { ledger, files } = names;
  const [missing] = await database.rows(renderWarehouseSql("find-unregistered", { ledger, files }));
  if (missing === undefined) return;
  throw new ShardliftError("data", {
    failed: `The cold generation ${missing.generation} of ${missing.day} is not registered.`,
    rule: "a generation's files are registered before the ledger calls it cold",
    remedy: "run refresh for this day",
  });
}

/** One branch per schema: one list of files is bound by its first footer, however many days it has. */
function renderParts(groups: readonly FileGroup[], places: Places): SqlFragment {
  const { columns, findPath } = places;
  const none = renderWarehouseSql("no-files", { columns: renderSelection(columns, []) });
  const parts = groups.flatMap((group) => {
    const keys = group.keys.filter(findPath.isThere);
    return keys.length === 0 ? [] : [renderFiles(columns, { ...group, keys }, findPath)];
  });
  const lost = new Set(
    groups.flatMap((group) => group.keys.filter((key) => !findPath.isThere(key)).map(readDay)),
  );
  return join(
    [fragment(none), ...parts, ...[...lost].map((day) => renderLostDay(day, places))],
    " UNION ALL ",
  );
}

interface Places {
  columns: readonly Column[];
  findPath: FindPath;
  ledger: SqlFragment;
}

/** One lost file must not take the other days with it, and must not be passed over in silence either. */
function renderLostDay(day: string, { columns, ledger }: Places): SqlFragment {
  const replaced = new Map([["_day", fragment(`${literal(day).sql}::DATE`)]]);
  const message = literal("files of this day are lost; shardlift backfill --again makes it anew: --days ");
  return fragment(
    renderWarehouseSql("lost-day", {
      columns: renderSelection(columns, [], replaced),
      ledger,
      day: literal(day),
      message,
    }),
  );
}

function readDay(key: string): string {
  return /\/day=(\d{4}-\d{2}-\d{2})\//.exec(key)?.[1] ?? "";
}

/** The rows of files of one schema in the table's columns. */
function renderFiles(columns: readonly Column[], group: FileGroup, findPath: FindPath): SqlFragment {
  const paths = group.keys.map(findPath);
  const hive = paths.every((path) => tellsDay(path, columns, group.columns));
  const replaced = new Map(hive ? [["_day", fragment('"day"')]] : []);
  return fragment(
    renderWarehouseSql("files-part", {
      columns: renderSelection(columns, group.columns, replaced),
      paths: renderTexts(paths),
      hive: fragment(String(hive)),
    }),
  );
}

/**
 * Whether the folders' `name=value` parts may be read as columns: one is the day, and none hides a column of the
 * file, which such a part would silently replace.
 */
function tellsDay(path: string, ...columns: (readonly Column[])[]): boolean {
  const parts = path.split("/").flatMap((folder) => /^([^=]+)=/.exec(folder)?.[1]?.toLowerCase() ?? []);
  const taken = new Set(columns.flat().map((column) => column.name.toLowerCase()));
  return parts.filter((part) => part === "day").length === 1 && !parts.some((part) => taken.has(part));
}
