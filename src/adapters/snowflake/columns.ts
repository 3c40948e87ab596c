import type { Column, FieldType } from "../../days/schema.ts";
import type { SqlFragment } from "../../sql/render.ts";
import { parseColumnComment } from "./column-comments.ts";
import { normalizeType } from "./column-types.ts";
import { isMissingObject } from "./errors.ts";
import type { Session } from "./session.ts";
import { renderSnowflakeSql } from "./sql.ts";
import type { Row } from "./statement.ts";

/** A column as the table has it. */
export interface TableColumn {
  /** As Snowflake names it. */
  upperName: string;
  type: string;
  /** In BigQuery's words. */
  column: Column;
  /** Whether its comment says so; else it was guessed from the type. */
  isTold: boolean;
  /** The masking policy on it, as Snowflake prints it. */
  policy: string | null;
}

/** What a type is in BigQuery's words where no comment says it; OBJECT and ARRAY are what most of them are. */
const guesses: Record<string, FieldType> = {
  VARCHAR: "STRING",
  BINARY: "BYTES",
  "NUMBER(38, 0)": "INTEGER",
  FLOAT: "FLOAT",
  "NUMBER(38, 9)": "NUMERIC",
  BOOLEAN: "BOOLEAN",
  DATE: "DATE",
  "TIMESTAMP_NTZ(6)": "DATETIME",
  "TIME(6)": "TIME",
  "TIMESTAMP_LTZ(6)": "TIMESTAMP",
};

/** The columns that rows have. */
export async function describeOwnColumns(
  session: Session,
  table: SqlFragment,
): Promise<TableColumn[] | null> {
  const columns = await describeColumns(session, table);
  return columns === null ? null : withoutTwins(columns);
}

/** Without the twins of a column that is being widened, or whose widening was killed. */
export function withoutTwins(columns: readonly TableColumn[]): TableColumn[] {
  return columns.filter(({ upperName, isTold }) => isTold || !/__(WIDE|NARROW)$/.test(upperName));
}

/** @returns null where there is no such table or view, or none that the role may see. */
export async function describeColumns(session: Session, table: SqlFragment): Promise<TableColumn[] | null> {
  try {
    const rows = await session.run(renderSnowflakeSql("describe-table", { table }));
    return rows.map(parseColumn);
  } catch (error) {
    if (isMissingObject(error)) return null;
    throw error;
  }
}

function parseColumn(row: Row): TableColumn {
  const upperName = row.name ?? "";
  const type = normalizeType(row.type ?? "");
  const told = parseColumnComment(row.comment ?? "", upperName);
  const policy = row["policy name"] || null;
  return { upperName, type, column: told ?? guessColumn(upperName, type), isTold: told !== null, policy };
}

function guessColumn(upperName: string, type: string): Column {
  const name = upperName.toLowerCase();
  if (type === "OBJECT") return { name, type: "RECORD", mode: "NULLABLE", fields: [] };
  if (type === "ARRAY") return { name, type: "RECORD", mode: "REPEATED", fields: [] };
  return { name, type: guesses[type] ?? "STRING", mode: "NULLABLE" };
}
