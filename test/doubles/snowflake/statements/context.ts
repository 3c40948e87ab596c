import type { Client } from "../model/clients.ts";
import { completeName, type ObjectName, quoteText } from "../model/names.ts";
import { createScope, type Opens, refuseHidden } from "../model/relations.ts";
import type { World } from "../model/world.ts";
import type { Binding, Statement } from "../protocol/queries.ts";
import { buildStatus, type StatementResult, typeIds } from "../protocol/replies.ts";
import type { Scope } from "../sql/translate.ts";

/** One statement that was recognised. */
export interface Recognised {
  world: World;
  client: Client;
  /** What stands in each place of its file. */
  places: Readonly<Record<string, string>>;
  statement: Statement;
}

export type Handler = (recognised: Recognised) => Promise<StatementResult>;

export interface StatementKind {
  run: Handler;
  /** Documented: DDL commits the open transaction, even where it fails afterwards. */
  commits: boolean;
  /** Whether it runs on a warehouse; the others run without one, and wake none. */
  warehouse: boolean;
}

export const ddl = (run: Handler): StatementKind => ({ run, commits: true, warehouse: false });
export const onWarehouse = (run: Handler): StatementKind => ({ run, commits: false, warehouse: true });
export const metadataOnly = (run: Handler): StatementKind => ({ run, commits: false, warehouse: false });

/** @throws SnowflakeError where the role may not see it */
export function readName({ world, client }: Recognised, text: string): ObjectName {
  const name = completeName(text, client.session);
  refuseHidden(world, name);
  return name;
}

export function buildScope({ world, client, statement, places }: Recognised): Scope {
  const opens = world.choices.opens === "all files" ? undefined : readOpens(places.condition ?? "");
  return createScope(world, client, renderBinds(statement.bindings), opens);
}

const namedDay = /'(\d{4}-\d{2}-\d{2})'::DATE/g;

/** A condition of ours names days, or a range of them; files of other partitions are not opened. */
function readOpens(condition: string): Opens | undefined {
  const days = [...condition.matchAll(namedDay)].map(([, day]) => day!);
  const [first, last] = days;
  if (first === undefined) return undefined;
  const isRange = / BETWEEN /.test(condition);
  return (path) => {
    const day = /(?:^|\/)day=([^/]+)\//.exec(path)?.[1] ?? "";
    return isRange ? first <= day && day <= last! : days.includes(day);
  };
}

/** Binds as literals of DuckDB, by their numbers. */
export function renderBinds(bindings: Record<string, Binding>): Record<string, string> {
  const render = ({ type, value }: Binding) => {
    if (value === null || Array.isArray(value)) return "NULL";
    if (type === "FIXED") return `CAST(${quoteText(value)} AS DECIMAL(38,0))`;
    if (type === "REAL") return `CAST(${quoteText(value)} AS DOUBLE)`;
    return type === "BOOLEAN" ? String(/^(1|true)$/i.test(value)) : quoteText(value);
  };
  return Object.fromEntries(Object.entries(bindings).map(([name, binding]) => [name, render(binding)]));
}

export const done = (text = "Statement executed successfully."): StatementResult =>
  buildStatus(text, typeIds.ddl);
