import { SnowflakeError, unknownObject } from "../errors.ts";
import { type Relation, type Scope, translate } from "../sql/translate.ts";
import type { ExternalTable, Table, View } from "./catalog.ts";
import type { Client } from "./clients.ts";
import { buildFileRelation } from "./files.ts";
import type { StagedFile } from "./load-metadata.ts";
import { completeParts, type ObjectName, printName, quote } from "./names.ts";
import { joinUrl } from "./stages.ts";
import { renderVisible } from "./transactions.ts";
import type { World } from "./world.ts";

/** Which registered files a statement opens, by their paths; the others may be gone. */
export type Opens = (path: string) => boolean;

const opensAll: Opens = () => true;

/** What a statement of this client sees, with these binds. */
export function createScope(
  world: World,
  client: Client,
  binds: Scope["binds"] = {},
  opens: Opens = opensAll,
): Scope {
  return {
    binds,
    nowMs: Math.floor(world.clock.now()),
    resolve: (parts) => resolveRelation(world, client, completeParts(parts, client.session), opens),
  };
}

/** @throws SnowflakeError where the role may not see it */
export function refuseHidden({ account }: World, name: readonly string[], kind = "Object"): void {
  const isHidden = [printName(name), printName(name.slice(0, 2)), printName(name.slice(0, 1))].some((one) =>
    account.hidden.has(one),
  );
  if (isHidden) throw unknownObject(kind, printName(name));
}

async function resolveRelation(
  world: World,
  client: Client,
  name: ObjectName,
  opens: Opens,
): Promise<Relation> {
  refuseHidden(world, name);
  const found = world.catalog.require(name, "table", "view", "external table");
  switch (found.kind) {
    case "table":
      return renderTable(client, found);
    case "view":
      return renderView(world, client, found, opens);
    case "external table":
      return renderExternal(world, client, found, opens);
    default:
      return found satisfies never;
  }
}

function renderTable(client: Client, table: Table): Relation {
  const columns = table.columns.map(({ name }) => quote(name)).join(", ");
  return { sql: `(SELECT ${columns} FROM ${renderVisible(table, client.transaction)})` };
}

/** A view is bound anew each time: it sees what its reader's transaction sees. */
async function renderView(world: World, client: Client, view: View, opens: Opens): Promise<Relation> {
  const body = await translate(view.body, createScope(world, client, {}, opens));
  const columns = view.columns.map(({ name }) => quote(name)).join(", ");
  return { sql: `(SELECT * FROM (${body}) AS viewed(${columns}))` };
}

async function renderExternal(
  world: World,
  client: Client,
  table: ExternalTable,
  opens: Opens,
): Promise<Relation> {
  const files = await findRegistered(world, table, opens);
  const base = await buildFileRelation(client.connection, world.footers, files, () => ({}));
  const scope = createScope(world, client);
  const columns: string[] = [];
  for (const { name, type, expression } of table.columns) {
    columns.push(
      `CAST(${await translate(expression, scope, base.fileColumns)} AS ${type.duckdb}) AS ${quote(name)}`,
    );
  }
  return { ...base, sql: `(SELECT *, ${columns.join(", ")} FROM ${base.sql})` };
}

/**
 * Registered files as they are now.
 * @throws SnowflakeError `file missing` where one is gone: the inventory does not follow the stage by itself
 */
async function findRegistered(world: World, table: ExternalTable, opens: Opens): Promise<StagedFile[]> {
  const stage = world.catalog.require(table.stage, "stage");
  const opened = [...table.files.values()].filter(({ path }) => opens(path));
  const files = await Promise.all(
    opened.map(async ({ path }) => {
      const url = joinUrl(stage, table.prefix + path);
      const found = await world.storage.find(url);
      if (found === null) throw fileMissing(url);
      return found;
    }),
  );
  return files;
}

export function fileMissing(url: string): SnowflakeError {
  const text = `Remote file '${url}' was not found. There are several potential causes. The file might not exist. The required credentials may be missing or invalid. If you are running a copy command, please make sure files are not deleted when they are being loaded or files are not being loaded into two different tables concurrently with auto purge option.`;
  return new SnowflakeError("file missing", text);
}
