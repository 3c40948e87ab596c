import { afterEach, describe, expect, test } from "vitest";
import type { Warehouse } from "../../../src/ports.ts";
import { buildGenerationFiles, type ReaderTarget } from "../../../src/tasks/reader-target.ts";
import { baseColumns, type GenerationSpec, grownColumns } from "../../contracts/warehouse-lake.ts";
import { copyGenerations, g1, measureOf, table } from "../../contracts/warehouse-world.ts";
import type { Order } from "../kernel/types.ts";
import { copyOptions } from "./warehouse-copy.ts";
import {
  createQuietWorld,
  fillTable,
  type ModelWorld,
  orderFault,
  runSideBySide,
} from "./warehouse-world.ts";

afterEach(() => {
  copyOptions.force = true;
});

const files: GenerationSpec = { ...g1, files: 4 };
const lost = { error: expect.objectContaining({ code: "outside", retryable: true }) };

/** Calls: 0 prepare, 1 BEGIN, 2 COPY. */
const atCopy = 2;

/** A world, a generation in four files, and how a command over them ended. */
async function play(
  order: Partial<Order>,
  main: (warehouse: Warehouse, target: ReaderTarget, world: ModelWorld) => Promise<unknown>,
) {
  const world = createQuietWorld(order);
  const target = await world.write(files);
  const [process] = await runSideBySide(world, async (warehouse) => {
    await warehouse.prepare(table, baseColumns);
    return main(warehouse, target, world);
  });
  return { ...world, target, end: process!.end };
}

const copy = (warehouse: Warehouse, target: ReaderTarget) => copyGenerations(warehouse, target);
const keys = ({ model }: ModelWorld) => model.hot(table).map(({ key }) => key);
const keysOf = ({ manifest }: ReaderTarget) => manifest.files.map(({ key }) => key);

describe("a COPY that brings a part of its files", () => {
  const order = orderFault("partial copy", atCopy);

  test("is followed by one that brings the others", async () => {
    const world = await play(order, copy);
    expect(world.end).toEqual({ answer: undefined });
    expect(keys(world)).toEqual(keysOf(world.target));
    expect(world.kernel.struck.get("partial copy")).toBe(1);
  });

  test("twice fails, and leaves nothing", async () => {
    const faults = [atCopy, atCopy + 1].map((atCall) => ({ call: "any", atCall, roll: 0 }));
    const world = await play({ ...order, faults }, copy);
    expect(world.end).toEqual(lost);
    expect(keys(world)).toEqual([]);
  });
});

test("a column that a COPY leaves empty is empty in all rows, and rows and checksum do not tell", async () => {
  const world = await play(orderFault("copy empties a column", atCopy), async (warehouse, target) => {
    await copyGenerations(warehouse, target);
    return warehouse.measureHot(table, "all");
  });
  expect(world.end).toEqual({ answer: [measureOf(world.target, { device: 0 })] });
});

describe("a COPY that the client gives up", () => {
  const order = orderFault("copy times out", atCopy);

  test("is gone with its transaction", async () => {
    const world = await play(order, copy);
    expect(world.end).toEqual(lost);
    expect(keys(world)).toEqual([]);
  });

  test("has come where the transaction goes on: whoever sends it again has each row twice", async () => {
    const world = await play(order, (warehouse, target) =>
      warehouse.transact(table, async (transaction) => {
        const copy = () => transaction.copy(buildGenerationFiles(target));
        await copy().catch(copy);
      }),
    );
    expect(keys(world).sort()).toEqual([...keysOf(world.target), ...keysOf(world.target)].sort());
  });
});

describe("load metadata", () => {
  const copyDeleteCopy = async (warehouse: Warehouse, target: ReaderTarget) => {
    await copyGenerations(warehouse, target);
    await warehouse.transact(table, (transaction) => transaction.deleteHot(target.day, { all: true }));
    await copyGenerations(warehouse, target);
  };

  test("mean nothing to a COPY with FORCE", async () => {
    const world = await play({}, copyDeleteCopy);
    expect(world.end).toEqual({ answer: undefined });
    expect(keys(world)).toEqual(keysOf(world.target));
  });

  test("make one without it skip what was loaded once, though it was deleted since", async () => {
    copyOptions.force = false;
    const world = await play({}, copyDeleteCopy);
    expect(world.end).toEqual(lost);
    expect(keys(world)).toEqual([]);
  });

  test("are forgotten with a transaction that was rolled back", async () => {
    copyOptions.force = false;
    const world = await play({}, async (warehouse, target) => {
      const failing = warehouse.transact(table, async (transaction) => {
        await transaction.copy(buildGenerationFiles(target));
        throw new Error("stop here");
      });
      await expect(failing).rejects.toThrow("stop here");
      await copyGenerations(warehouse, target);
    });
    expect(keys(world)).toEqual(keysOf(world.target));
  });

  test("know a file that was written anew for another one", async () => {
    copyOptions.force = false;
    const world = await play({}, async (warehouse, target, { write }) => {
      await copyGenerations(warehouse, target);
      const rows = files.rows.map((row) => ({ ...row, event_name: "another name" }));
      await copyGenerations(warehouse, await write({ ...files, rows }));
    });
    expect(world.end).toEqual({ answer: undefined });
    expect(keys(world)).toHaveLength(8);
  });
});

test("a missing file takes the whole statement with it, those before it included", async () => {
  const world = await play({}, (warehouse, target, { lake }) =>
    warehouse.transact(table, async (transaction) => {
      lake.delete(keysOf(target).at(-1)!);
      await expect(transaction.copy(buildGenerationFiles(target))).rejects.toMatchObject({
        code: "data",
        retryable: false,
      });
    }),
  );
  expect(world.end).toEqual({ answer: undefined });
  expect(keys(world)).toEqual([]);
});

describe("columns", () => {
  test("that the table lacks are left out in silence", async () => {
    const spec = { ...g1, generation: "grown", columns: grownColumns };
    const rows = g1.rows.map((row) => ({ ...row, platform: "WEB" }));
    const world = await play({}, async (warehouse, _, { write }) => {
      await copyGenerations(warehouse, await write({ ...spec, rows }));
    });
    expect(world.model.hot(table)[0]!.columns).not.toContain("platform");
  });

  test("half grown by a process that died are grown by the next one", async () => {
    const counts = new Set<number>();
    for (let step = 0; step < 8; step += 1) {
      const world = createQuietWorld({ switches: Array.from({ length: 200 }, (_, index) => index) });
      await fillTable(world, g1);
      const grow = (warehouse: Warehouse) => warehouse.prepare(table, grownColumns);
      const growing = world.kernel.spawn("growing", (process) => grow(world.model.connect(process)));
      await runSideBySide(world, async (warehouse, process) => {
        await process.clock.sleep(step * 10);
        world.kernel.kill(growing);
        counts.add(await countColumns(warehouse));
      });
      const [next] = await runSideBySide(world, async (warehouse) => {
        await grow(warehouse);
        return countColumns(warehouse);
      });
      expect(next!.end).toEqual({ answer: grownColumns.length });
    }
    expect(counts).toEqual(new Set([8, 9, 10]));
  });

  const countColumns = async (warehouse: Warehouse) =>
    Object.keys((await warehouse.measureHot(table, "all"))[0]!.nonNull).length;
});
