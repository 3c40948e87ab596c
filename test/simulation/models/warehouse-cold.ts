import type { TableName } from "../../../src/config/types.ts";
import type { Day } from "../../../src/days/day.ts";
import { ShardliftError } from "../../../src/errors.ts";
import type { GenerationFiles } from "../../../src/ports.ts";
import { changingFaults, readingFaults } from "../kernel/faults.ts";
import { type Process, turn } from "../kernel/types.ts";
import type { Server } from "./warehouse-session.ts";
import { requireTable, type TableState } from "./warehouse-tables.ts";

export interface NamedGeneration {
  day: Day;
  generation: string;
}

const isSame = (a: NamedGeneration, b: NamedGeneration) => a.day === b.day && a.generation === b.generation;

/** Registered files of the named generations; of those that are not registered none. */
export function listFiles({ cold }: TableState, generations: readonly NamedGeneration[]): string[] {
  return cold
    .filter((folder) => generations.some((named) => isSame(named, folder)))
    .flatMap(({ keys }) => keys);
}

/** REFRESH of each folder, a statement each: the inventory has then what the folder had when it began. */
export async function registerCold(
  server: Server,
  process: Process,
  table: TableName,
  generations: readonly GenerationFiles[],
): Promise<void> {
  for (const { day, generation, files } of generations) {
    const prefix = files[0]?.key.replace(/[^/]*$/, "");
    if (prefix === undefined) continue;
    await server.kernel.call(process, {
      port: "warehouse",
      method: "registerCold",
      detail: prefix,
      faults: changingFaults,
      *work() {
        requireTable(server.tables, table);
        const keys = server.lake.list(prefix);
        yield turn;
        replaceFolder(server, table, { day, generation }, keys);
      },
    });
  }
}

function replaceFolder({ tables }: Server, table: TableName, named: NamedGeneration, keys: string[]): void {
  const state = requireTable(tables, table);
  if (String(listFiles(state, [named])) === String(keys)) return;
  const others = state.cold.filter((folder) => !isSame(folder, named));
  tables.save(table, { ...state, cold: keys.length === 0 ? others : [...others, { ...named, keys }] });
}

/** Two statements: a look at the ledger, which may move before the second one. */
export async function unregisterCold(
  server: Server,
  process: Process,
  table: TableName,
  generations: readonly NamedGeneration[],
): Promise<void> {
  const { kernel, tables } = server;
  const detail = generations.map(({ day, generation }) => `${day} ${generation}`).join(", ");
  const state = await kernel.call(process, {
    port: "warehouse",
    method: "findCold",
    detail,
    faults: readingFaults,
    *work() {
      const seen = tables.find(table);
      yield turn;
      return seen;
    },
  });
  if (state === null) return;
  refuseCold(state, generations);
  await kernel.call(process, {
    port: "warehouse",
    method: "unregisterCold",
    detail,
    faults: changingFaults,
    *work() {
      for (const named of generations) {
        yield turn;
        replaceFolder(server, table, named, []);
      }
    },
  });
}

function refuseCold({ ledger }: TableState, generations: readonly NamedGeneration[]): void {
  const cold = generations.find(({ day, generation }) =>
    ledger.some(({ row }) => row.day === day && row.coldGeneration === generation),
  );
  if (cold === undefined) return;
  throw new ShardliftError("data", {
    failed: `The generation ${cold.generation} of ${cold.day} cannot be unregistered.`,
    rule: "what the ledger calls cold stays registered",
  });
}
