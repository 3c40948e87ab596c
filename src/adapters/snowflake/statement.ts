import { randomUUID } from "node:crypto";
import type { Connection, Statement } from "./driver.ts";

/** Values as text; null stays null. Keys as the answer names its columns. */
export type Row = Record<string, string | null>;

export interface Asked {
  done: Promise<Statement>;
  /** Asks Snowflake to stop it, and does not wait. */
  cancel(): void;
}

type ExecuteOptions = Parameters<Connection["execute"]>[0];

/** Each request has an id of its own: the driver sends it along where it repeats one, and the statement runs once. */
export function execute(
  connection: Connection,
  sqlText: string,
  binds: readonly (string | null)[],
  requestId: string = randomUUID(),
): Asked {
  let statement: Statement | undefined;
  const done = new Promise<Statement>((resolve, reject) => {
    const options = {
      sqlText,
      binds: [...binds],
      requestId,
      rowMode: "array",
      streamResult: true,
      // Numbers beyond 2^53, instants and JSON stay what they are.
      fetchAsString: ["String", "Number", "Date", "JSON", "Buffer"],
      complete: (error: Error | undefined, own: Statement) => (error ? reject(error) : resolve(own)),
    };
    statement = connection.execute(options as unknown as ExecuteOptions) as Statement;
  });
  return { done, cancel: () => statement?.cancel(() => {}) };
}

export function listColumns(statement: Statement): string[] {
  return (statement.getColumns() ?? []).map((column) => column.getName());
}

export async function* streamTexts(statement: Statement): AsyncGenerator<(string | null)[]> {
  for await (const row of statement.streamRows()) yield (row as unknown[]).map(toText);
}

function toText(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** All rows of an answer that is small. */
export async function collectRows(statement: Statement): Promise<Row[]> {
  const names = listColumns(statement);
  const rows: Row[] = [];
  for await (const values of streamTexts(statement)) {
    rows.push(Object.fromEntries(names.map((name, index) => [name, values[index] ?? null])));
  }
  return rows;
}
