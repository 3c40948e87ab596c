import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  buildRows,
  countHot,
  createDoubleWorld,
  createTables,
  type DoubleWorld,
  type DriverClient,
  folderOf,
  hot,
  render,
  renderCopy,
} from "./test-world.ts";

let world: DoubleWorld;
let client: DriverClient;
beforeEach(async () => {
  world = await createDoubleWorld();
  client = await world.open();
});
afterEach(() => world.end());

const asked = (what: string) => world.double.log.filter(({ sql }) => sql === what);

/** Slow: the driver waits before it sends again, and nothing shortens that. */
describe("requests", () => {
  test.each(["drop request", "drop answer"] as const)(
    "are sent again where there is none: %s",
    async (fault) => {
      const sql = "SELECT 2 AS two";
      world.double.faults.add({ do: fault, sql: /two/ });
      expect(await client.run(sql)).toEqual([{ TWO: 2 }]);
      expect(asked(sql).map(({ fault }) => fault)).toEqual([fault, null]);
      expect(new Set(asked(sql).map(({ requestId }) => requestId)).size).toBe(1);
      expect(world.double.world.executed).toEqual(["question"]);
    },
  );

  test.each([429, 503])("are sent again after %i", async (status) => {
    world.double.faults.add({ do: "answer", status });
    expect(await client.run("SELECT 3 AS three")).toEqual([{ THREE: 3 }]);
    expect(world.double.faults.left()).toEqual([]);
  });

  test("of a transaction that meet 503 between DELETE and COPY, or lose the answer to COMMIT, are done once", async () => {
    const day = "2026-11-20";
    await world.write(`${folderOf(day, "g1")}a.parquet`, buildRows(day, "g1", 3));
    await createTables(client);
    await client.run(renderCopy(day, "g1", ["a.parquet"]));
    await client.run(render("begin"));
    await client.run(render("delete-hot-all", { hot }), [day]);
    world.double.faults.add({ do: "answer", status: 503, sql: /^COPY/ });
    world.double.faults.add({ do: "drop answer", sql: /^COPY/ });
    await client.run(renderCopy(day, "g1", ["a.parquet"]));
    world.double.faults.add({ do: "drop answer", sql: /^COMMIT/ });
    await client.run(render("commit"));
    expect(await countHot(client)).toEqual({ g1: 3 });
    expect(world.double.world.executed.filter((name) => name === "copy" || name === "commit")).toEqual([
      "copy",
      "copy",
      "commit",
    ]);
    expect(world.double.faults.left()).toEqual([]);
  });
});
