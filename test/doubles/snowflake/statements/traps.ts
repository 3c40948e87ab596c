import { SnowflakeError } from "../errors.ts";
import { runCopy } from "../model/copy.ts";
import { parseName } from "../model/names.ts";
import { splitList } from "../sql/tokens.ts";
import { type Handler, onWarehouse, readName, type StatementKind } from "./context.ts";
import { readStagePath, readTexts } from "./copy.ts";

const name = String.raw`(?:"(?:[^"]|"")+"|\w+)(?:\.(?:"(?:[^"]|"")+"|\w+))*`;
const form = new RegExp(
  String.raw`^COPY INTO (?<table>${name})(?: \((?<names>[^)]*)\))? FROM (?:\(SELECT (?<values>.+) FROM (?<inner>@[^\s)]+)\)|(?<stage>@\S+)) FILES = \((?<files>[^)]*)\) FILE_FORMAT = \(TYPE = PARQUET\)(?<match> MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE)?(?: ON_ERROR = (?<error>ABORT_STATEMENT|SKIP_FILE))?(?<force> FORCE = TRUE)?$`,
);

/**
 * COPY as Shardlift never says it: without FORCE, or by the names of columns. The double knows it so that the traps
 * which are the reason can be shown.
 */
export function matchTrap(sql: string): Record<string, string> | null {
  const found = form.exec(sql.trim().replace(/;$/, ""))?.groups;
  return found === undefined ? null : { ...found };
}

const copyOtherwise: Handler = async (recognised) => {
  const { world, client, places, statement } = recognised;
  if (places.match !== undefined && places.values !== undefined) {
    throw new SnowflakeError(
      "compilation",
      "SQL compilation error:\nMATCH_BY_COLUMN_NAME copy option is not supported with a COPY transformation.",
    );
  }
  if (places.match === undefined && places.values === undefined) {
    throw new SnowflakeError(
      "compilation",
      "SQL compilation error:\nPARQUET file format can produce one and only one column of type variant, object, or array.",
    );
  }
  const table = world.catalog.require(readName(recognised, places.table!), "table");
  const names =
    places.names === undefined
      ? table.columns.map((column) => column.name)
      : splitList(places.names).map((one) => parseName(one)![0]!);
  const copy = {
    table,
    ...readStagePath(recognised, (places.stage ?? places.inner)!),
    files: readTexts(places.files!),
    select: places.values === undefined ? null : { names, values: splitList(places.values) },
    force: places.force !== undefined,
    onError: places.error === "SKIP_FILE" ? ("SKIP_FILE" as const) : ("ABORT_STATEMENT" as const),
  };
  return runCopy(world, client, copy, statement.signal);
};

export const trapStatement: StatementKind = onWarehouse(copyOtherwise);
