import { describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/adapters/memory/memory-store.ts";
import { findOldRuns } from "../../src/lake/find-old-runs.ts";
import { bytes, hourMs, keepMs } from "./build.ts";

const [first, second] = ["a".repeat(64), "b".repeat(64)];

/** A lake with these objects, each written at its hour; looked at `keep` after hour 0. */
async function find(objects: Record<string, number>) {
  const clock = { ms: 0 };
  const store = createMemoryStore({ nowMs: () => clock.ms });
  for (const [key, hour] of Object.entries(objects)) {
    clock.ms = hour * hourMs;
    await store.put(key, bytes("12345"), { ifAbsent: true });
  }
  clock.ms = keepMs;
  return findOldRuns(store, keepMs);
}

describe("what a run left", () => {
  test("is old when its newest object is as old as keep", async () => {
    const keys = [`_runs/${first}/jr_1/ga4_events-2026-11-20.json`, `_runs/${first}/spec.json`];
    expect(await find({ [keys[0]!]: 0, [keys[1]!]: 0 })).toEqual([
      { runKey: first, keys, bytes: 10, newestMs: 0 },
    ]);
  });

  test("is kept as long as anything of it is younger", async () => {
    const objects = { [`_runs/${first}/spec.json`]: 0, [`_runs/${first}/jr_1/progress.json`]: 1 };
    expect(await find({ ...objects, [`_runs/${second}/spec.json`]: 0 })).toMatchObject([{ runKey: second }]);
  });

  test("is told from what else lies there, and from scripts", async () => {
    const others = ["_runs/README.md", "_runs/web-shop/spec.json", `_scripts/${first}/index.json`];
    expect(await find(Object.fromEntries(others.map((key) => [key, 0])))).toEqual([]);
  });
});
