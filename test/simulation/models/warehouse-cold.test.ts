import { beforeEach, describe, expect, test } from "vitest";
import type { Warehouse } from "../../../src/ports.ts";
import { buildGenerationFiles, type ReaderTarget } from "../../../src/tasks/reader-target.ts";
import { baseColumns } from "../../contracts/warehouse-lake.ts";
import { buildLedgerRow, g1, g2, moveToCold, table } from "../../contracts/warehouse-world.ts";
import { createQuietWorld, type ModelWorld, orderFault, runSideBySide } from "./warehouse-world.ts";

let world: ModelWorld;
let target: ReaderTarget;

beforeEach(async () => {
  await begin(createQuietWorld());
});

async function begin(fresh: ModelWorld): Promise<void> {
  world = fresh;
  target = await world.write({ ...g1, files: 2 });
  await run((warehouse) => warehouse.prepare(table, baseColumns));
}

const run = async (main: (warehouse: Warehouse) => Promise<unknown>) =>
  (await runSideBySide(world, main))[0]!.end;
const register = (warehouse: Warehouse) => warehouse.registerCold(table, [buildGenerationFiles(target)]);
const keysOf = ({ manifest }: ReaderTarget) => manifest.files.map(({ key }) => key);
const measure = (warehouse: Warehouse) =>
  warehouse.transact(table, (transaction) =>
    transaction.measureCold([{ day: target.day, generation: target.head.generation }]),
  );

describe("registering a folder", () => {
  test("takes in what it holds at that moment, more or less than the manifest says", async () => {
    const [first, second] = keysOf(target);
    world.lake.delete(second!);
    const strange = first!.replace("00000", "00009");
    world.lake.set(strange, world.lake.get(first!)!);
    await run(register);
    const { day } = target;
    expect(world.model.coldFolders(table)).toEqual([{ day, generation: "g1", keys: [first, strange] }]);
  });

  test("again takes it in anew, and changes nothing where it is the same", async () => {
    await run(register);
    const { revision } = world.model;
    await run(register);
    expect(world.model.revision).toBe(revision);
    world.lake.delete(keysOf(target)[1]!);
    await run(register);
    expect(world.model.coldFolders(table)[0]!.keys).toEqual(keysOf(target).slice(0, 1));
    expect(world.model.revision).toBe(revision + 1);
  });

  test("may come most of an hour late, and then registers what was unregistered meanwhile", async () => {
    await begin(createQuietWorld(orderFault("late request", 1)));
    const named = [{ day: target.day, generation: "g1" }];
    await run(async (warehouse) => {
      await expect(register(warehouse)).rejects.toMatchObject({ code: "outside", retryable: true });
      await warehouse.unregisterCold(table, named);
    });
    expect(world.model.coldFolders(table)).toEqual([{ ...named[0], keys: keysOf(target) }]);
  });
});

describe("a registered file that is gone", () => {
  beforeEach(async () => {
    await run((warehouse) => moveToCold(warehouse, target));
    world.lake.delete(keysOf(target)[1]!);
  });
  const gone = { error: expect.objectContaining({ code: "data", retryable: false }) };

  test("fails who counts its generation", async () => {
    expect(await run(measure)).toEqual(gone);
  });

  test("fails who reads the day, and is named", async () => {
    expect(await run((warehouse) => warehouse.measureCold(table, "all"))).toEqual(gone);
    expect(world.model.shownCold(table, target.day).missing).toEqual(keysOf(target).slice(1));
  });
});

test("a count of cold follows the ledger as it was when the count began", async () => {
  const switches = Array.from({ length: 500 }, (_, step) => step);
  const found = new Set<string>();
  for (let step = 0; step < 30; step += 1) {
    await begin(createQuietWorld({ switches }));
    const newer = await world.write(g2);
    await run((warehouse) => moveToCold(warehouse, target));
    await runSideBySide(
      world,
      async (warehouse, process) => {
        await process.clock.sleep(step * 10);
        const counted = await warehouse.measureCold(table, "all");
        const [row] = world.model.ledger(table);
        found.add(`${counted.map(({ generation }) => generation)} while ${row?.coldGeneration} is cold`);
      },
      (warehouse) => moveToCold(warehouse, newer),
    );
  }
  expect([...found].sort()).toEqual(["g1 while g1 is cold", "g1 while g2 is cold", "g2 while g2 is cold"]);
});

describe("the views", () => {
  const write = (...rows: Parameters<typeof buildLedgerRow>[]) =>
    run((warehouse) =>
      warehouse.transact(table, async (transaction) => {
        for (const [row, place] of rows) {
          if (place === "hot") await transaction.copy(buildGenerationFiles(row));
        }
        await transaction.writeLedger(rows.map(([row, place]) => buildLedgerRow(row, place)));
      }),
    );
  const shownAll = () => {
    const { batches, ...shown } = world.model.shownAll(table, target.day);
    return { ...shown, keys: batches.map(({ key }) => key) };
  };
  const nothing = { generations: [], sequence: null, missing: [], keys: [] };

  test("show nothing of a day that the ledger does not know, whatever the hot table holds", async () => {
    await run(register);
    await write([target, "hot"]);
    expect(shownAll()).toMatchObject({ generations: ["g1"], keys: keysOf(target) });
    expect(world.model.deleteLedgerRow(table, target.day)).toBe(true);
    expect(shownAll()).toEqual(nothing);
  });

  test("show hot where the ledger says hot, else cold", async () => {
    const newer = await world.write(g2);
    await run((warehouse) => moveToCold(warehouse, target));
    expect(shownAll()).toEqual({ generations: ["g1"], sequence: 1, missing: [], keys: keysOf(target) });
    await write([newer, "hot"]);
    expect(shownAll()).toEqual({ generations: ["g2"], sequence: 2, missing: [], keys: keysOf(newer) });
  });

  test("show the rows of a day twice where the ledger has it twice", async () => {
    await run(register);
    await write([target, "cold"], [target, "cold"]);
    expect(world.model.ledger(table)).toHaveLength(2);
    expect(shownAll().keys).toEqual([...keysOf(target), ...keysOf(target)]);
  });
});

test("unregistering looks at the ledger first: one that moves right after is not seen", async () => {
  const kinds = new Set<string>();
  for (let seed = 1; seed <= 24; seed += 1) {
    await begin(createQuietWorld({ seed }));
    const named = [{ day: target.day, generation: "g1" }];
    await run(register);
    const [, unregistering] = await runSideBySide(
      world,
      (warehouse) =>
        warehouse.transact(table, (transaction) => transaction.writeLedger([buildLedgerRow(target, "cold")])),
      (warehouse) => warehouse.unregisterCold(table, named),
    );
    const isThere = world.model.coldFolders(table).length > 0;
    kinds.add(`${"error" in unregistering!.end! ? "refused" : "done"}, ${isThere ? "registered" : "gone"}`);
  }
  expect([...kinds].sort()).toEqual(["done, gone", "refused, registered"]);
});
