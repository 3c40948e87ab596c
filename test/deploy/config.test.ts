import { describe, expect, test } from "vitest";
import { applyConfig } from "../../src/deploy/apply.ts";
import { findDeployedDigest } from "../../src/deploy/find-deployed-digest.ts";
import { planConfig } from "../../src/deploy/plan-config.ts";
import type { ObjectStore } from "../../src/ports.ts";
import { buildFiles, buildRun, readAll, stores, watch } from "./stores.ts";

const files = { "pipelines/shop.yaml": "shop", "environments/prod.yaml": "prod" };
const [one, two] = ["1".repeat(64), "2".repeat(64)];

function plan(store: ObjectStore, texts: Record<string, string>, digest: string, deployed: string | null) {
  return planConfig(store, { files: buildFiles(texts), digest, deployedDigest: deployed });
}

describe.each(Object.entries(stores))("a configuration in %s", (_, open) => {
  test("stands under its digest, beside those before it", async () => {
    const { store, changes } = watch(await open());
    const run = buildRun();
    await applyConfig(store, await plan(store, files, one, null), run);
    const next = { ...files, "pipelines/shop.yaml": "shop 2", "pipelines/app.yaml": "app" };
    const second = await plan(store, next, two, one);
    await applyConfig(store, second, run);
    expect(second.changes.map(({ name, change }) => `${change} ${name}`)).toEqual([
      "changed pipelines/shop.yaml",
      "same environments/prod.yaml",
      "new pipelines/app.yaml",
    ]);
    expect(await readAll(store)).toEqual({
      [`${one}/pipelines/shop.yaml`]: "shop",
      [`${one}/environments/prod.yaml`]: "prod",
      [`${two}/pipelines/shop.yaml`]: "shop 2",
      [`${two}/environments/prod.yaml`]: "prod",
      [`${two}/pipelines/app.yaml`]: "app",
    });
    expect(changes).toHaveLength(5);
    expect(run.said).toEqual(["configuration: 2 objects put", "configuration: 3 objects put"]);
  });

  test("that is there is in step, and a pipeline that is gone is told", async () => {
    const store = await open();
    await applyConfig(store, await plan(store, files, one, null), buildRun());
    expect(await plan(store, files, one, one)).toMatchObject({ isInStep: true, puts: [] });
    const { "pipelines/shop.yaml": _shop, ...less } = files;
    expect((await plan(store, less, two, one)).changes).toEqual([
      { name: "environments/prod.yaml", change: "same", bytes: 4 },
      { name: "pipelines/shop.yaml", change: "removed", bytes: 4 },
    ]);
  });

  test("of which half is there is completed", async () => {
    const store = await open();
    await store.put(`${one}/pipelines/shop.yaml`, Buffer.from("shop"), { ifAbsent: true });
    const half = await plan(store, files, one, null);
    expect(half.puts.map(({ key }) => key)).toEqual([`${one}/environments/prod.yaml`]);
    await applyConfig(store, half, buildRun());
    expect((await plan(store, files, one, null)).isInStep).toBe(true);
  });

  test.each([
    ["another content", "pipelines/shop.yaml", "shoq"],
    ["one more file", "pipelines/more.yaml", "more"],
  ])("is refused where %s stands under its digest", async (_what, name, text) => {
    const store = await open();
    await store.put(`${one}/${name}`, Buffer.from(text), { ifAbsent: true });
    await expect(plan(store, files, one, null)).rejects.toMatchObject({
      code: "data",
      parts: { received: `${one}/${name} in ${store.location}` },
    });
  });

  test("is not put after a stop", async () => {
    const { store, changes } = watch(await open());
    const planned = await plan(store, files, one, null);
    const run = buildRun({ signal: AbortSignal.abort(new Error("stop")) });
    await expect(applyConfig(store, planned, run)).rejects.toThrow("stop");
    expect(changes).toEqual([]);
  });
});

test.each([
  ["names it", `{"runner":{"variables":{"SHARDLIFT_CONFIG":"s3://b/config/${one}/"}}}`, one],
  ["names another place", `{"runner":{"variables":{"SHARDLIFT_CONFIG":"s3://c/config/${one}/"}}}`, null],
  ["names a folder", '{"runner":{"variables":{"SHARDLIFT_CONFIG":"/opt/config"}}}', null],
  ["names a place deeper", `{"runner":{"variables":{"SHARDLIFT_CONFIG":"s3://b/config/x/${one}/"}}}`, null],
  ["names none", '{"runner":{}}', null],
  ["is no manifest", "[1", null],
])("the deployed digest of a manifest that %s", (_, text, expected) => {
  expect(findDeployedDigest(Buffer.from(text), "s3://b/config/")).toBe(expected);
  expect(findDeployedDigest(null, "s3://b/config/")).toBe(null);
});
