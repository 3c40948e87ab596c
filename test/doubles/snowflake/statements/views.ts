import { duckdbError } from "../model/duckdb-errors.ts";
import { parseName } from "../model/names.ts";
import { createScope } from "../model/relations.ts";
import { buildColumn, type StatementResult, typeIds } from "../protocol/replies.ts";
import { parseText, splitList } from "../sql/tokens.ts";
import { translate } from "../sql/translate.ts";
import {
  ddl,
  done,
  type Handler,
  metadataOnly,
  type Recognised,
  readName,
  type StatementKind,
} from "./context.ts";
import { readPolicy } from "./tables.ts";

/** The view is bound when it is made: an object or a column that is missing is refused. */
const createView =
  (place: string): Handler =>
  async (recognised) => {
    const { world, places, statement } = recognised;
    const name = readName(recognised, places[place]!);
    const body = statement.sql.slice(statement.sql.indexOf(" AS\n") + 4);
    const bound = await bind(recognised, body);
    const names = places.names === undefined || place === "days" ? null : readNames(places.names);
    const columns = bound.map(({ name: own, type }, index) => ({ name: names?.[index] ?? own, type }));
    const comment = parseText(places.digest!);
    for (const column of splitList(places.names ?? ""))
      readPolicy(world, column.replace(/^"(?:[^"]|"")*"/, ""));
    await world.inTurn(async () => {
      world.catalog.put({ kind: "view", name, columns, body, comment, createdMs: world.clock.now() });
    });
    return done(`View ${name[2]} successfully created.`);
  };

function readNames(list: string): string[] {
  return splitList(list).map((name) => parseName(name.replace(/ WITH MASKING POLICY .*$/, ""))![0]!);
}

async function bind({ world, client }: Recognised, body: string): Promise<{ name: string; type: string }[]> {
  try {
    const sql = await translate(body, createScope(world, client));
    const rows = (await client.connection.runAndReadAll(`DESCRIBE ${sql}`)).getRows();
    return rows.map(([name, type]) => ({ name: String(name), type: String(type) }));
  } catch (error) {
    throw duckdbError(error);
  }
}

const showViews: Handler = async (recognised): Promise<StatementResult> => {
  const { world, client, places } = recognised;
  const [schema, database] = parseName(places.schema!)!.reverse();
  const prefix = parseText(places.prefix!);
  const isListed = (name: readonly string[]) =>
    name[0] === (database ?? client.session.database) && name[1] === schema && name[2]!.startsWith(prefix);
  const views = world.catalog.all().filter((object) => object.kind === "view");
  const rows = views
    .filter(({ name }) => isListed(name))
    .map(({ name, comment, body, createdMs }) => [
      String(createdMs / 1000),
      name[2],
      "",
      name[0],
      name[1],
      client.session.role,
      comment,
      body,
      "false",
      "false",
    ]);
  const columns = [
    "created_on",
    "name",
    "reserved",
    "database_name",
    "schema_name",
    "owner",
    "comment",
    "text",
    "is_secure",
    "is_materialized",
  ];
  return {
    columns: columns.map((name) => buildColumn(name, name === "created_on" ? "timestamp_ltz" : "text")),
    rows,
    typeId: typeIds.show,
  };
};

/** What a type of DuckDB's is called where a view has it. */
function printType(duckdb: string): string {
  const decimal = /^DECIMAL(\(\d+,\d+\))$/.exec(duckdb)?.[1];
  if (decimal !== undefined) return `NUMBER${decimal}`;
  if (/INT/.test(duckdb)) return "NUMBER(38,0)";
  const printed: Record<string, string> = {
    DOUBLE: "FLOAT",
    BOOLEAN: "BOOLEAN",
    DATE: "DATE",
    JSON: "VARIANT",
    TIME: "TIME(9)",
    TIMESTAMP: "TIMESTAMP_NTZ(9)",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP_LTZ(9)",
    BLOB: "BINARY(8388608)",
  };
  return printed[duckdb] ?? "VARCHAR(16777216)";
}

const describeTable: Handler = async (recognised) => {
  const { world, places } = recognised;
  const found = world.catalog.require(readName(recognised, places.table!), "table", "view", "external table");
  const described =
    found.kind === "table"
      ? found.columns.map(({ name, type, nullable, comment, policy }) => [
          name,
          type.printed,
          nullable ? "Y" : "N",
          comment,
          policy,
        ])
      : found.kind === "view"
        ? found.columns.map(({ name, type }) => [name, printType(type), "Y", null])
        : [
            ["VALUE", "VARIANT", "Y", "The value of this row"],
            ...found.columns.map(({ name, type }) => [name, type.printed, "Y", null]),
          ];
  const columns = [
    "name",
    "type",
    "kind",
    "null?",
    "default",
    "primary key",
    "unique key",
    "check",
    "expression",
    "comment",
    "policy name",
  ];
  const rows = described.map(([name, type, nullable, comment, policy]) => [
    name!,
    type!,
    "COLUMN",
    nullable!,
    null,
    "N",
    "N",
    null,
    null,
    comment || null,
    policy ?? null,
  ]);
  return { columns: columns.map((name) => buildColumn(name)), rows, typeId: typeIds.show };
};

export const viewStatements: Record<string, StatementKind> = {
  "create-all-view": ddl(createView("all")),
  "create-cold-view": ddl(createView("cold")),
  "create-days-view": ddl(createView("days")),
  "show-views": metadataOnly(showViews),
  "describe-table": metadataOnly(describeTable),
};
