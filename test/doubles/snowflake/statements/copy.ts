import { SnowflakeError, unknownObject } from "../errors.ts";
import type { Stage } from "../model/catalog.ts";
import { type Copy, runCopy } from "../model/copy.ts";
import { parseName, printName } from "../model/names.ts";
import { parseText, splitList } from "../sql/tokens.ts";
import { type Handler, onWarehouse, type Recognised, readName, type StatementKind } from "./context.ts";

const copyFiles =
  (how: "FORCE" | "by load metadata"): Handler =>
  async (recognised) => {
    const { world, client, places, statement } = recognised;
    const names = splitList(places.names!).map((name) => parseName(name)![0]!);
    const values = splitList(places.values!);
    if (names.length !== values.length) {
      const text = `SQL compilation error:\nInsert value list does not match column list expecting ${names.length} but got ${values.length}`;
      throw new SnowflakeError("compilation", text);
    }
    const table = world.catalog.require(readName(recognised, places.hot!), "table");
    const missing = names.find((name) => !table.columns.some((column) => column.name === name));
    if (missing !== undefined)
      throw new SnowflakeError("unknown column", `SQL compilation error: invalid identifier '${missing}'`);
    const source = readStagePath(recognised, places.stage!);
    const copy: Copy = {
      table,
      ...source,
      files: readTexts(places.files!),
      select: { names, values },
      force: how === "FORCE",
      onError: "ABORT_STATEMENT",
    };
    return runCopy(world, client, copy, statement.signal);
  };

/** `@db.schema.stage/a/b/`: the stage, and the path below it. */
export function readStagePath(recognised: Recognised, text: string): { stage: Stage; prefix: string } {
  const { world } = recognised;
  const [, name, prefix] = /^@((?:"(?:[^"]|"")+"|\w+)(?:\.(?:"(?:[^"]|"")+"|\w+))*)\/?(.*)$/.exec(text)!;
  const full = readName(recognised, name!);
  const stage = world.catalog.find(full, "stage");
  if (stage === null) throw unknownObject("Stage", printName(full));
  refuseIntegration(recognised, stage);
  return { stage, prefix: prefix! };
}

/** The integration of the stage is there, the role may use it, and it allows the place. */
function refuseIntegration({ world }: Recognised, { integration, url }: Stage): void {
  if (integration === null) return;
  const found = world.account.integrations.get(integration);
  if (found === undefined || world.account.hidden.has(integration))
    throw unknownObject("Integration", integration);
  if (found.locations.some((place) => place === "*" || url.startsWith(place))) return;
  throw new SnowflakeError(
    "stage denied",
    `Failure using stage area. Cause: [Location '${url}' is not allowed by integration '${integration}'.]`,
  );
}

export function readTexts(list: string): string[] {
  return splitList(list).map(parseText);
}

export const copyStatements: Record<string, StatementKind> = {
  copy: onWarehouse(copyFiles("FORCE")),
  "verify/copy-known": onWarehouse(copyFiles("by load metadata")),
};
