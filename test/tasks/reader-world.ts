import type { Day } from "../../src/days/day.ts";
import { ShardliftError } from "../../src/errors.ts";
import type { Clock, Warehouse, WarehouseTransaction } from "../../src/ports.ts";
import { runLoad } from "../../src/tasks/load.ts";
import {
  defaultBatchLimits,
  type HeadPosition,
  type ReaderContext,
  type ReaderPorts,
  type ReaderResult,
  type ReaderTarget,
} from "../../src/tasks/reader-target.ts";
import { runRefresh } from "../../src/tasks/refresh.ts";
import { createDuckDbWorld, type DuckDbWorld } from "../adapters/duckdb/warehouse-world.ts";
import type { GenerationSpec } from "../contracts/warehouse-lake.ts";
import type { WarehouseWorld } from "../contracts/warehouse-world.ts";

export const table = { schema: "analytics", table: "web_shop" };

/** A warehouse, a lake, and heads in memory; what readers confirm is kept in `reached`. */
export interface Readers {
  ports: ReaderPorts;
  context: ReaderContext;
  /** Writes a generation and makes it its day's head. */
  commit(spec: GenerationSpec): Promise<ReaderTarget>;
  /** Makes a generation that was written its day's head (again). */
  setHead(target: ReaderTarget): void;
  reached: Map<Day, HeadPosition | null>;
  load(targets: readonly ReaderTarget[], changes?: Changes): Promise<ReaderResult[]>;
  refresh(targets: readonly ReaderTarget[], changes?: Changes): Promise<ReaderResult[]>;
}

export interface Changes {
  ports?: Partial<ReaderPorts>;
  context?: Partial<ReaderContext>;
}

export type ReaderWorld = DuckDbWorld & Readers;

export async function createReaderWorld(): Promise<ReaderWorld> {
  const world = await createDuckDbWorld();
  return { ...world, ...createReaders(world) };
}

/** Readers over any warehouse. */
export function createReaders(world: WarehouseWorld & { clock: Clock }): Readers {
  const heads = new Map<Day, ReaderTarget>();
  const written = new Map<string, ReaderTarget>();
  const reached: Readers["reached"] = new Map();
  const ports: ReaderPorts = {
    warehouse: world.warehouse,
    clock: world.clock,
    readHead: async (day) => heads.get(day)?.head ?? null,
    readManifest: async (day, generation) => written.get(`${day} ${generation}`)!.manifest,
    async markReached(day, position) {
      reached.set(day, position);
      return heads.get(day)?.head ?? null;
    },
    again: (work) => work(),
  };
  const context: ReaderContext = {
    isHotDay: () => true,
    finalAtMs: () => 1000,
    limits: defaultBatchLimits,
    signal: new AbortController().signal,
    onResult: () => {},
  };
  const setHead = (target: ReaderTarget) => {
    written.set(`${target.day} ${target.manifest.generation}`, target);
    heads.set(target.day, target);
  };
  const merge = (changes: Changes = {}): [ReaderPorts, ReaderContext] => [
    { ...ports, ...changes.ports },
    { ...context, ...changes.context },
  ];
  return {
    ports,
    context,
    reached,
    setHead,
    async commit(spec) {
      const target = await world.write(spec);
      setHead(target);
      return target;
    },
    load: (targets, changes) => runLoad({ table, targets }, ...merge(changes)),
    refresh: (targets, changes) => runRefresh({ table, targets }, ...merge(changes)),
  };
}

/** Which steps a warehouse was asked for, in order; COMMIT and ROLLBACK as such. */
export function recordSteps(warehouse: Warehouse): { warehouse: Warehouse; steps: string[] } {
  const steps: string[] = [];
  const recorded = changeSteps(warehouse, (step) => {
    steps.push(step);
  });
  const transact: Warehouse["transact"] = async (name, work) => {
    steps.push("BEGIN");
    try {
      const answer = await recorded.transact(name, work);
      steps.push("COMMIT");
      return answer;
    } catch (error) {
      steps.push("ROLLBACK");
      throw error;
    }
  };
  return { warehouse: { ...recorded, transact }, steps };
}

/** Calls `before` ahead of each step of each transaction; what it throws, the step throws. */
export function changeSteps(
  warehouse: Warehouse,
  before: (
    step: keyof WarehouseTransaction,
    transaction: WarehouseTransaction,
    input: readonly never[],
  ) => void | Promise<void>,
): Warehouse {
  const wrap = (transaction: WarehouseTransaction) =>
    new Proxy(transaction, {
      get:
        (steps, step: keyof WarehouseTransaction) =>
        async (...input: never[]) => {
          await before(step, steps, input);
          return (steps[step] as (...input: never[]) => unknown)(...input);
        },
    });
  return {
    ...warehouse,
    transact: (name, work) => warehouse.transact(name, (transaction) => work(wrap(transaction))),
  };
}

/** The fault of a session that was lost: nobody knows what became of its last statement. */
export function buildLostSession(): ShardliftError {
  return new ShardliftError("outside", { failed: "The session was lost." }, { retryable: true });
}

/**
 * Loses the end of the first transaction that came to `step`: `after` COMMIT the answer only, `before` it the
 * transaction too.
 */
export function loseFirstEnd(
  warehouse: Warehouse,
  when: "before" | "after",
  step: keyof WarehouseTransaction = "lock",
): Warehouse {
  let isLost = false;
  return {
    ...warehouse,
    async transact(name, work) {
      let loses = false;
      const watched = changeSteps(warehouse, (taken) => {
        loses ||= taken === step && !isLost;
      });
      const answer = await watched.transact(name, async (transaction) => {
        const decided = await work(transaction);
        isLost ||= loses;
        // The work ended well and is rolled back all the same, as by a server that ends the session.
        if (loses && when === "before") throw buildLostSession();
        return decided;
      });
      if (loses) throw buildLostSession();
      return answer;
    },
  };
}
