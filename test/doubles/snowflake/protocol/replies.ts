import type { SnowflakeError } from "../errors.ts";

/** One column of a result, as the driver reads it. */
export interface ResultColumn {
  name: string;
  type: string;
  nullable: boolean;
  scale: number | null;
  precision: number | null;
  length: number | null;
  byteLength: number | null;
  database: string;
  schema: string;
  table: string;
}

/** Cells are text as the wire has them: dates as days, instants as seconds, booleans as 1 and 0. */
export interface StatementResult {
  columns: ResultColumn[];
  rows: (string | null)[][];
  /** Tells the driver what kind of statement it was. */
  typeId: number;
}

/** Statement kinds as the driver names them. */
export const typeIds = {
  select: 4096,
  insert: 12544,
  update: 12800,
  delete: 13056,
  merge: 13312,
  copy: 12800,
  transaction: 20480,
  ddl: 24576,
  show: 20480,
} as const;

export interface Reply {
  success: boolean;
  code: string | null;
  message: string | null;
  data: unknown;
}

export function buildDone(data: unknown): Reply {
  return { success: true, code: null, message: null, data };
}

export function buildRefusal(code: string, sqlState: string, message: string, data: object = {}): Reply {
  return { success: false, code, message, data: { errorCode: code, sqlState, ...data } };
}

export function buildFailure(error: SnowflakeError, queryId: string): Reply {
  return buildRefusal(error.code, error.sqlState, error.message, { queryId, internalError: false });
}

/** Still running: the driver asks the URL, as often as it takes. */
export function buildPending(queryId: string, how: "polled" | "async"): Reply {
  return {
    success: true,
    code: how === "async" ? "333334" : "333333",
    message: "Query execution in progress.",
    data: {
      queryId,
      getResultUrl: `/queries/${queryId}/result`,
      queryAbortsAfterSecs: 300,
      progressDesc: null,
    },
  };
}

/** What the session looks like after the statement: the driver follows it. */
export interface SessionState {
  parameters: { name: string; value: string | number | boolean }[];
  database: string | null;
  schema: string | null;
  warehouse: string | null;
  role: string;
}

export function buildResult(queryId: string, result: StatementResult, state: SessionState): Reply {
  return buildDone({
    parameters: state.parameters,
    rowtype: result.columns,
    rowset: result.rows,
    total: result.rows.length,
    returned: result.rows.length,
    queryId,
    queryResultFormat: "json",
    statementTypeId: result.typeId,
    version: 1,
    databaseProvider: null,
    finalDatabaseName: state.database,
    finalSchemaName: state.schema,
    finalWarehouseName: state.warehouse,
    finalRoleName: state.role,
    numberOfBinds: 0,
    arrayBindSupported: false,
    sqlState: "00000",
  });
}

/** A result column; text unless it is said to be something else. */
export function buildColumn(name: string, type = "text", more: Partial<ResultColumn> = {}): ResultColumn {
  return {
    name,
    type,
    nullable: true,
    scale: type === "fixed" ? 0 : type.startsWith("time") ? 9 : null,
    precision: type === "fixed" ? 38 : null,
    length: type === "text" ? 16_777_216 : null,
    byteLength: null,
    database: "",
    schema: "",
    table: "",
    ...more,
  };
}

/** `Statement executed successfully.` and the like: one row with one text. */
export function buildStatus(text: string, typeId: number): StatementResult {
  return { columns: [buildColumn("status")], rows: [[text]], typeId };
}
