import { translate } from "../sql/translate.ts";
import type { Client } from "./clients.ts";
import type { Copy } from "./copy.ts";
import { buildFileRelation } from "./files.ts";
import type { StagedFile } from "./load-metadata.ts";
import { quote } from "./names.ts";
import { createScope } from "./relations.ts";
import { rowId } from "./transactions.ts";
import type { World } from "./world.ts";

/** The query that makes rows of the table from files, with row ids: by the SELECT of the COPY, or by names. */
export async function buildSelect(
  world: World,
  client: Client,
  copy: Copy,
  files: readonly StagedFile[],
): Promise<string> {
  const { sql, fileColumns } = await buildFileRelation(client.connection, world.footers, files, () => ({}));
  const scope = createScope(world, client);
  const filled = new Map<string, string>();
  if (copy.select === null) {
    for (const { name } of copy.table.columns) {
      const inFile = [...(fileColumns ?? new Map()).keys()].find(
        (one) => one.toUpperCase() === name.toUpperCase(),
      );
      if (inFile !== undefined)
        filled.set(
          name,
          await translate(`$1:"${inFile.replaceAll('"', '""')}"::VARIANT`, scope, fileColumns),
        );
    }
  }
  for (const [index, name] of (copy.select?.names ?? []).entries()) {
    filled.set(name, await translate(copy.select!.values[index]!, scope, fileColumns));
  }
  const values = copy.table.columns.map(({ name, type }) => {
    const value = filled.get(name);
    const isJson = copy.select === null && value !== undefined && type.duckdb !== "JSON";
    return `CAST(${isJson ? `sf_text(${value})` : (value ?? "NULL")} AS ${type.duckdb}) AS ${quote(name)}`;
  });
  return `SELECT nextval('row_ids') AS ${rowId}, ${values.join(", ")} FROM ${sql}`;
}
