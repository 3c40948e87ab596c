import { expect, test } from "vitest";
import { type Database, openDatabase } from "../../src/adapters/duckdb/database.ts";
import { runReconcile } from "../../src/tasks/reconcile.ts";
import { taskRunners } from "../../src/tasks/run-task.ts";
import { createWorld, type World } from "../support/world.ts";

const on = "2026-11-22";

async function runTasks(world: World, ...names: string[]): Promise<void> {
  for (const name of names) await taskRunners[name]!(world.context());
}

/** Exit code, outcome, and whether what differs is under way. */
async function reconcile(world: World) {
  const { days, output } = await runReconcile(world.context());
  const wrong = days.filter(({ differences }) => differences.length > 0);
  return [output.exitCode, output.line.outcome, wrong.map(({ isUnderWay }) => isUnderWay)];
}

async function createLiftedWorld(): Promise<World> {
  const world = await createWorld();
  await world.arrive(on);
  await world.run();
  return world;
}

async function changeWarehouse(world: World, change: (database: Database) => Promise<void>): Promise<void> {
  const database = await openDatabase({ path: `${world.folder}/warehouse.duckdb` });
  await change(database);
  database.close();
}

test("a day that is extracted and read by nobody yet does not balance yet", async () => {
  const world = await createWorld();
  await world.arrive(on);
  await runTasks(world, "extract");
  expect(await reconcile(world)).toEqual([75, "does not balance yet", [true]]);
  await runTasks(world, "load", "refresh");
  expect(await reconcile(world)).toEqual([0, "all balance", []]);
});

test("nor does cold after a chain that ends with load, until the next whole one", async () => {
  const world = await createLiftedWorld();
  await world.arrive(on, { revision: 2 });
  await runTasks(world, "extract", "load");
  expect(await reconcile(world)).toEqual([75, "does not balance yet", [true]]);
  await world.run();
  expect(await reconcile(world)).toEqual([0, "all balance", []]);
});

test("a day that another run brings in while it is counted does not balance yet", async () => {
  const world = await createLiftedWorld();
  await world.arrive(on, { revision: 2 });
  let isFirst = true;
  const warehouse = {
    ...world.ports.warehouse,
    async readLedger(...asked: Parameters<typeof world.ports.warehouse.readLedger>) {
      if (isFirst) {
        isFirst = false;
        await world.run();
      }
      return world.ports.warehouse.readLedger(...asked);
    },
  };
  const { days, output } = await runReconcile(world.context({ ports: { ...world.ports, warehouse } }));
  expect([output.exitCode, days.map(({ isUnderWay }) => isUnderWay)]).toEqual([75, [true]]);
  expect(await reconcile(world)).toEqual([0, "all balance", []]);
});

test("rows that somebody took out of hot do not balance, and nobody is bringing them", async () => {
  const world = await createLiftedWorld();
  await changeWarehouse(world, (database) =>
    database.run(
      "DELETE FROM analytics.web_shop_events WHERE event_id IN (SELECT min(event_id) FROM analytics.web_shop_events)",
    ),
  );
  expect(await reconcile(world)).toEqual([65, "does not balance", [false]]);
});

test("one day that does not balance outweighs another that is under way", async () => {
  const world = await createLiftedWorld();
  await world.arrive("2026-11-21");
  await runTasks(world, "extract");
  await changeWarehouse(world, (database) => database.run("DELETE FROM analytics.web_shop_events"));
  expect(await reconcile(world)).toEqual([65, "does not balance", [true, false]]);
});
