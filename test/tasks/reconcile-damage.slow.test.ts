import { readdir, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runReconcile } from "../../src/tasks/reconcile.ts";
import { createWorld, type World } from "../support/world.ts";

const days = ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"];

type Damage = (path: string) => Promise<void>;

const damages: [string, Damage][] = [
  ["gone", (path) => rm(path)],
  ["cut off", (path) => truncate(path, 100)],
  ["something else", (path) => writeFile(path, "no Parquet at all")],
];

async function createLoadedWorld(): Promise<World> {
  const world = await createWorld();
  for (const on of days) await world.arrive(on);
  await world.run({ select: "all" });
  return world;
}

async function damage(world: World, on: string, how: Damage): Promise<void> {
  const folder = join(world.folder, "lake/web-shop/ga4_events", `day=${on}`);
  const [generation] = await readdir(folder);
  const [file] = await readdir(join(folder, generation!));
  await how(join(folder, generation!, file!));
}

/** What reconcile says of each day that differs, and how many days it compared. */
async function reconcile(world: World) {
  const { days: found, output } = await runReconcile(world.context({ selection: { select: "all" } }));
  const differing = found.filter((one) => one.differences.length > 0);
  return {
    exitCode: output.exitCode,
    differing: Object.fromEntries(differing.map((one) => [one.day, one.differences])),
    cold: found.filter((one) => one.rows.cold !== null).map((one) => one.day),
  };
}

describe("reconcile on DuckDB, where a lake file is", () => {
  describe.each(damages)("%s", (_, how) => {
    test.each([[["2026-11-17"]], [["2026-11-20"]], [["2026-11-17", "2026-11-22"]]])(
      "names %j and compares the other days",
      async (damaged) => {
        const world = await createLoadedWorld();
        for (const on of damaged) await damage(world, on, how);
        const said = await reconcile(world);
        expect(said.exitCode).toBe(65);
        expect(Object.keys(said.differing).sort()).toEqual(damaged);
        for (const [difference, ...others] of Object.values(said.differing)) {
          expect(others).toEqual([]);
          expect(difference).toMatch(/^cold (has 0 rows|cannot be counted: .*to do: )/s);
        }
        expect(said.cold.sort()).toEqual(days.filter((on) => !damaged.includes(on)));
      },
    );
  });

  test("whole, finds nothing", async () => {
    const world = await createLoadedWorld();
    expect(await reconcile(world)).toMatchObject({ exitCode: 0, differing: {} });
  });
});
