import { describe, expect, test } from "vitest";
import { applyDags } from "../../src/deploy/apply.ts";
import { planDags } from "../../src/deploy/plan-dags.ts";
import type { DeployRun } from "../../src/deploy/types.ts";
import { ShardliftError } from "../../src/errors.ts";
import type { ObjectStore } from "../../src/ports.ts";
import { buildFiles, buildRun, readAll, stores, watch } from "./stores.ts";

const first = { "lift/draw.py": "draw", "lift/old.py": "old", "dags.py": "dags", "manifest.json": "{}" };
const second = { "lift/draw.py": "draw", "lift/new.py": "new", "dags.py": "dags 2", "manifest.json": "{2}" };
const index = "shardlift_deployed.json";

async function deploy(store: ObjectStore, texts: Record<string, string>, run: DeployRun = buildRun()) {
  const plan = await planDags(store, buildFiles(texts));
  await applyDags(store, plan, run);
  return plan;
}

function renderIndex(texts: Record<string, string>): string {
  return `${JSON.stringify({ formatVersion: 1, files: Object.keys(texts).sort() }, null, 2)}\n`;
}

describe.each(Object.entries(stores))("DAG files in %s", (_, open) => {
  test("come to an empty place in their order, and their names before them", async () => {
    const { store, changes } = watch(await open());
    const run = buildRun();
    const plan = await deploy(store, first, run);
    expect(plan.changes).toEqual([
      { name: "lift/draw.py", change: "new", bytes: 4 },
      { name: "lift/old.py", change: "new", bytes: 3 },
      { name: "dags.py", change: "new", bytes: 4 },
      { name: "manifest.json", change: "new", bytes: 2 },
    ]);
    expect(changes).toEqual([index, ...Object.keys(first)].map((name) => `put ${name}`));
    expect(await readAll(store)).toEqual({ ...first, [index]: renderIndex(first) });
    expect(run.said).toEqual(Object.keys(first).map((name) => `DAGs: put ${name}`));
  });

  test("that are there are left: a second deploy puts nothing", async () => {
    const { store, changes } = watch(await open());
    await deploy(store, first);
    changes.length = 0;
    const plan = await deploy(store, first);
    expect([plan.isInStep, changes]).toEqual([true, []]);
    expect(new Set(plan.changes.map(({ change }) => change))).toEqual(new Set(["same"]));
  });

  test("change where they differ, and go where the release has them no more; what others put stays", async () => {
    const { store, changes } = watch(await open());
    await deploy(store, first);
    await store.put("theirs/dag.py", Buffer.from("theirs"), { ifAbsent: true });
    changes.length = 0;
    const plan = await deploy(store, second);
    expect(plan.changes.map(({ name, change }) => `${change} ${name}`)).toEqual([
      "same lift/draw.py",
      "new lift/new.py",
      "changed dags.py",
      "changed manifest.json",
      "removed lift/old.py",
    ]);
    const puts = [index, "lift/new.py", "dags.py", "manifest.json"].map((name) => `put ${name}`);
    expect(changes).toEqual([...puts, "remove lift/old.py", `put ${index}`]);
    expect(await readAll(store)).toEqual({
      ...second,
      "theirs/dag.py": "theirs",
      [index]: renderIndex(second),
    });
  });

  test("of other people are refused where ours have to stand, and nothing is put", async () => {
    const { store, changes } = watch(await open());
    await store.put("dags.py", Buffer.from("theirs"), { ifAbsent: true });
    changes.length = 0;
    await expect(deploy(store, first)).rejects.toMatchObject({
      code: "refused",
      parts: { received: `dags.py in ${store.location}` },
    });
    expect(changes).toEqual([]);
  });

  test("that were copied by hand and are equal are ours from then on", async () => {
    const store = await open();
    for (const { name, body } of buildFiles(first)) await store.put(name, body, { ifAbsent: true });
    expect((await deploy(store, first)).isInStep).toBe(false);
    await deploy(store, second);
    expect(await readAll(store)).toEqual({ ...second, [index]: renderIndex(second) });
  });

  test("that somebody edited by hand are put right", async () => {
    const store = await open();
    await deploy(store, first);
    const { etag } = (await store.get("dags.py"))!;
    await store.put("dags.py", Buffer.from("edited"), { ifMatch: etag });
    const plan = await deploy(store, first);
    expect(plan.puts.map(({ key }) => key)).toEqual(["dags.py"]);
    expect((await readAll(store))["dags.py"]).toBe("dags");
  });

  test.each([1, 2, 3, 4, 5, 6])(
    "are the same after a deploy that ended after %i changes and another one",
    async (count) => {
      const watched = watch(await open());
      await deploy(watched.store, first);
      watched.changes.length = 0;
      const controller = new AbortController();
      const stop = new ShardliftError("interrupted", { failed: "Stopped." });
      const stopping: ObjectStore = {
        ...watched.store,
        async put(...input) {
          const result = await watched.store.put(...input);
          if (watched.changes.length >= count) controller.abort(stop);
          return result;
        },
        async remove(keys) {
          await watched.store.remove(keys);
          if (watched.changes.length >= count) controller.abort(stop);
        },
      };
      const halted = deploy(stopping, second, buildRun({ signal: controller.signal }));
      if (count < 6) await expect(halted).rejects.toBe(stop);
      else await halted;
      expect(watched.changes).toHaveLength(count);
      await deploy(watched.store, second);
      expect(await readAll(watched.store)).toEqual({ ...second, [index]: renderIndex(second) });
    },
  );

  test("whose answer was lost count as put, and are not put twice", async () => {
    const { store, changes } = watch(await open());
    const lost = new ShardliftError("outside", { failed: "No answer." }, { retryable: true });
    const losing: ObjectStore = {
      ...store,
      async put(...input) {
        await store.put(...input);
        throw lost;
      },
    };
    await deploy(losing, first);
    expect(changes).toHaveLength(5);
    expect((await planDags(store, buildFiles(first))).isInStep).toBe(true);
  });

  test("of two deploys at once are one deploy's; the other is told", async () => {
    const store = await open();
    await deploy(store, first);
    const plan = await planDags(store, buildFiles({ ...first, "dags.py": "mine" }));
    await deploy(store, { ...first, "dags.py": "theirs" });
    await expect(applyDags(store, plan, buildRun())).rejects.toMatchObject({ code: "lost-race" });
    expect((await readAll(store))["dags.py"]).toBe("theirs");
  });

  test("are refused where a newer release keeps their list", async () => {
    const store = await open();
    await store.put(index, Buffer.from('{"formatVersion":2}'), { ifAbsent: true });
    await expect(planDags(store, buildFiles(first))).rejects.toMatchObject({ code: "refused" });
  });
});
