import type { Day } from "../../../src/days/day.ts";
import type { Column } from "../../../src/days/schema.ts";
import type { Warehouse } from "../../../src/ports.ts";
import type { ReaderTarget } from "../../../src/tasks/reader-target.ts";
import {
  baseColumns,
  dealGeneration,
  type GenerationSpec,
  type LakeRow,
} from "../../contracts/warehouse-lake.ts";
import { copyGenerations, table, type WarehouseWorld } from "../../contracts/warehouse-world.ts";
import type { FaultName } from "../kernel/faults.ts";
import { createKernel } from "../kernel/kernel.ts";
import type { Kernel, Order, Process } from "../kernel/types.ts";
import { renderModelFile } from "./content.ts";
import { createWarehouseModel, type WarehouseModel } from "./warehouse.ts";

export interface ModelWorld {
  kernel: Kernel;
  model: WarehouseModel;
  lake: Map<string, Uint8Array>;
  /** Writes a generation as files of the simulation. */
  write(spec: GenerationSpec): Promise<ReaderTarget>;
}

/** An order in which nothing goes wrong and nobody goes behind the others. */
const calm: Order = {
  seed: 1,
  startMs: 1_795_000_000_000,
  stepMs: 10,
  switches: [],
  faults: [],
  focus: null,
};

/** The model over a lake that is a map. */
export function createQuietWorld(order: Partial<Order> = {}): ModelWorld {
  const kernel = createKernel({ ...calm, ...order }, null);
  const lake = new Map<string, Uint8Array>();
  const model = createWarehouseModel(kernel, {
    read: (key) => lake.get(key) ?? null,
    list: (prefix) => [...lake.keys()].filter((key) => key.startsWith(prefix)).sort(),
  });
  const write = (spec: GenerationSpec) =>
    dealGeneration(spec, async (key, columns, rows) => {
      const body = renderRows(spec, columns, rows);
      lake.set(key, body);
      return body.byteLength;
    });
  return { kernel, model, lake, write };
}

/** Runs commands side by side until nothing can act. @returns their processes, with how they ended */
export async function runSideBySide(
  { kernel, model }: ModelWorld,
  ...mains: ((warehouse: Warehouse, process: Process) => Promise<unknown>)[]
): Promise<Process[]> {
  const processes = mains.map((main, index) =>
    kernel.spawn(`process ${index}`, (process) => main(model.connect(process), process)),
  );
  await kernel.run(() => {});
  return processes;
}

/** A prepared table that holds the generations, uncalled by any ledger row; three calls, one more for each. */
export async function fillTable(world: ModelWorld, ...specs: GenerationSpec[]): Promise<ReaderTarget[]> {
  const targets = await Promise.all(specs.map(world.write));
  await runSideBySide(world, async (warehouse) => {
    await warehouse.prepare(table, baseColumns);
    await copyGenerations(warehouse, ...targets);
  });
  return targets;
}

export const seeds = Array.from({ length: 24 }, (_, index) => index + 1);

/** The order in which call number `atCall` (clock calls are not counted) meets this fault. */
export function orderFault(fault: FaultName, atCall: number): Partial<Order> {
  return { faults: [{ call: "any", atCall, roll: 0 }], focus: [fault] };
}

/** One process that never ends, for the contract's suite. */
export async function createModelWorld(): Promise<WarehouseWorld> {
  const { kernel, model, write } = createQuietWorld({ selfPropelled: true });
  const warehouse = model.connect(kernel.spawn("somebody", () => new Promise(() => {})));
  return { warehouse, write, end: () => warehouse.close() };
}

function renderRows(spec: GenerationSpec, columns: readonly Column[], rows: readonly LakeRow[]): Uint8Array {
  return renderModelFile({
    day: spec.day as Day,
    generation: spec.generation,
    shardKind: spec.kind ?? "daily",
    rulesDigest: "rules",
    columns: columns.map(({ name }) => name).filter((name) => isFilled(name, rows)),
    rows: rows.map((row) => ({ id: String(row.event_id), value: JSON.stringify(row) })),
  });
}

/** @throws Error where a column has values in some rows only, which no file of the simulation can say */
function isFilled(name: string, rows: readonly LakeRow[]): boolean {
  const filled = rows.filter((row) => row[name] !== undefined && row[name] !== null).length;
  if (filled !== 0 && filled !== rows.length) throw new Error(`${name} is filled in some rows only`);
  return filled > 0;
}
