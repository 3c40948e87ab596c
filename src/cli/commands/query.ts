import { createInterface } from "node:readline/promises";
import { text as readText } from "node:stream/consumers";
import { exitCodes } from "../../errors.ts";
import type { Warehouse } from "../../ports.ts";
import { createClock } from "../clock.ts";
import { reportFailure } from "../fail.ts";
import type { Io } from "../io.ts";
import { type OpenConfig, withConfig } from "../open-config.ts";
import { loadEnvironment } from "../open-pipeline.ts";
import { renderTable } from "../render-table.ts";
import type { SessionFlags } from "../session.ts";
import { listenForSignals } from "../signals.ts";
import { openWarehouse } from "../wiring.ts";

/** `shardlift query`: one statement, statements from stdin, or a prompt at a terminal; never writes. */
export function run(flags: SessionFlags, io: Io, operands: string[]): Promise<number> {
  return withConfig(flags, io, (config) => query(config, flags, io, operands));
}

async function query(
  { root, fetchedFrom }: OpenConfig,
  flags: SessionFlags,
  io: Io,
  operands: string[],
): Promise<number> {
  const environment = await loadEnvironment({ ...flags, config: root, fetchedFrom });
  const signals = listenForSignals();
  const clock = createClock(null);
  const warehouse = await openWarehouse({ environment, clock, signal: signals.signal, env: io.env });
  try {
    const [sql] = operands;
    if (sql === undefined && io.stdin.isTTY) return await prompt(warehouse, flags, io);
    await answer(warehouse, sql ?? (await readText(io.stdin)), flags, io);
    return exitCodes.done;
  } finally {
    await warehouse.close();
    signals.stop();
  }
}

async function answer(warehouse: Warehouse, sql: string, flags: SessionFlags, io: Io): Promise<void> {
  const { columns, rows } = await warehouse.query(sql);
  if (flags.json) {
    for await (const row of rows) {
      const entries = columns.map((name, column) => [name, row[column] ?? null]);
      io.stdout.write(`${JSON.stringify(Object.fromEntries(entries))}\n`);
    }
    return;
  }
  for await (const line of renderTable(columns, rows)) io.stdout.write(`${line}\n`);
}

/** A line ends with `;`; `.tables` lists what there is; Ctrl-D leaves. A wrong statement ends nothing. */
async function prompt(warehouse: Warehouse, flags: SessionFlags, io: Io): Promise<number> {
  io.stdout.write(
    `${warehouse.location}, read-only. End a statement with ";". ".tables" lists tables, Ctrl-D leaves.\n`,
  );
  const lines = createInterface({ input: io.stdin, output: io.stdout, prompt: "shardlift> " });
  let statement = "";
  lines.prompt();
  for await (const line of lines) {
    statement = line.trim() === ".tables" ? tablesStatement : `${statement}${line}\n`;
    if (statement.trim().endsWith(";")) {
      await answer(warehouse, statement, flags, io).catch((error) => reportFailure(error, io));
      statement = "";
    }
    lines.setPrompt(statement.trim() === "" ? "shardlift> " : "      ...> ");
    lines.prompt();
  }
  io.stdout.write("\n");
  return exitCodes.done;
}

const tablesStatement = `select table_schema as "schema", table_name as "table", table_type as "type"
from information_schema.tables where table_schema not in ('information_schema') order by 1, 2;`;
