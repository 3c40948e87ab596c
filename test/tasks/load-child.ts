/**
 * Loads targets in a process of its own, for tests: `load-child.ts <warehouse> <lake> <kill at step> <targets>`.
 * Loads each list of targets in turn; kills itself with SIGKILL ahead of that step (counted from 1; 0: never).
 */
import { setImmediate } from "node:timers/promises";
import { createDuckDbWarehouse } from "../../src/adapters/duckdb/warehouse.ts";
import { createFolderStore } from "../../src/adapters/folder/folder-store.ts";
import { runLoad } from "../../src/tasks/load.ts";
import { defaultBatchLimits, type ReaderTarget } from "../../src/tasks/reader-target.ts";
import { changeSteps, table } from "./reader-world.ts";

const [path, lake, killAt, lists] = process.argv.slice(2) as [string, string, string, string];
const clock = { now: () => 0, sleep: async () => setImmediate() };
const store = createFolderStore({ root: lake });
let step = 0;
const countStep = () => {
  if (++step === Number(killAt)) process.kill(process.pid, "SIGKILL");
};
const plain = createDuckDbWarehouse({ path, waitMs: 1000, clock, store, threads: 1 });
const warehouse = changeSteps(plain, countStep);

for (const targets of JSON.parse(lists) as ReaderTarget[][]) {
  const heads = new Map(targets.map((target) => [target.day, target.head]));
  const ports = {
    warehouse,
    clock,
    readHead: async (day: ReaderTarget["day"]) => heads.get(day) ?? null,
    readManifest: () => Promise.reject(new Error("no head moves here")),
    markReached: async (day: ReaderTarget["day"]) => {
      countStep();
      return heads.get(day) ?? null;
    },
    again: <T>(work: () => Promise<T>) => work(),
  };
  const results = await runLoad({ table, targets }, ports, {
    isHotDay: () => true,
    finalAtMs: () => 1000,
    limits: defaultBatchLimits,
    signal: new AbortController().signal,
    onResult: () => {},
  });
  process.stdout.write(`${results.map((result) => `${result.outcome} ${result.reason}`).join("; ")}\n`);
}
