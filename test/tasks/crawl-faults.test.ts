import { describe, expect, test } from "vitest";
import { intentLifeMs } from "../../src/days/request-life.ts";
import type { Column } from "../../src/days/schema.ts";
import type { Ports } from "../../src/ports.ts";
import { day } from "../support/builders.ts";
import { type CrawlWorld, createCrawlWorld, on, once, withHooks } from "./crawl-world.ts";
import { createFaultyPorts, type Fault, faults } from "./faulty-catalog.ts";

/** A day in step at g0, and g1 that is to be pointed at. */
async function createWorld(): Promise<CrawlWorld> {
  const world = createCrawlWorld();
  await world.commit("g0");
  await world.crawl();
  await world.commit("g1");
  return world;
}

/** What one process sees of the outside. */
type See = (world: CrawlWorld) => Ports;

const seeAll: See = ({ ports }) => ports;

/** A process whose first pointing comes after a new generation was pointed at by another run. */
const seeLate: See = (world) => {
  const overtake = once(async () => {
    await world.commit("g2");
    await world.crawl();
  });
  return { ...world.ports, catalog: withHooks(world.catalog, { beforePoint: overtake }) };
};

async function listCalls(see = seeAll): Promise<string[]> {
  const world = await createWorld();
  const { ports, calls } = createFaultyPorts(see(world), "never sends", -1);
  await world.crawl({ ports });
  return calls;
}

/** Crawls with one call gone wrong; who died says so, who got over it does not. */
async function crawlWithFault(world: CrawlWorld, fault: Fault, at: number, see = seeAll) {
  const faulty = createFaultyPorts(see(world), fault, at);
  await world.crawl({ ports: faulty.ports }).catch(() => {});
  expect(faulty.calls.length).toBeGreaterThan(at);
  return faulty;
}

/** Once what was under way has outlived itself, one run heals and a second one does nothing. */
async function expectHealed(world: CrawlWorld, generation: string): Promise<void> {
  world.clock.ms += intentLifeMs;
  expect([0, 99]).toContain((await world.crawl()).exitCode);
  const { reached, pointing } = await world.readHead(on);
  expect({
    shown: await world.shown(),
    reached: reached.catalog?.generation,
    pointing,
  }).toEqual({ shown: generation, reached: generation, pointing: [] });
  expect(await world.crawl()).toMatchObject({ exitCode: 99 });
}

test("a crawl of one day costs, beside planning, a manifest, two swaps of the head, one call and a look", async () => {
  const calls = await listCalls();
  const own = calls.slice(calls.indexOf("now"));
  const keyless = own.map((call) => call.replace(/^(get|put) .*\/_(\w+)\/.*$/, "$1 $2"));
  expect(keyless).toEqual([
    ...["now", "get heads", "put heads", "get manifests", "prepare"],
    ...["now", "point 2026-11-20", "get heads", "put heads", "readOutgrown"],
  ]);
});

describe.each(faults)("a run that %s any of its calls", (fault) => {
  test("is healed by the first run after", async () => {
    for (const at of (await listCalls()).keys()) {
      const world = await createWorld();
      const { landLate } = await crawlWithFault(world, fault, at);
      await landLate();
      await expectHealed(world, "g1");
    }
  });

  test("moves no partition back unnoticed, whatever came meanwhile", async () => {
    for (const at of (await listCalls()).keys()) {
      const world = await createWorld();
      const { landLate } = await crawlWithFault(world, fault, at);
      await world.commit("g2");
      expect(await world.crawl()).toMatchObject({ exitCode: 0 });
      expect(await world.shown()).toBe("g2");
      await landLate();
      await expectHealed(world, "g2");
    }
  });

  test("moves none back where another run was pointing while it was over", async () => {
    for (const at of (await listCalls()).keys()) {
      const world = await createWorld();
      const { landLate } = await crawlWithFault(world, fault, at);
      await world.commit("g2");
      world.clock.ms += intentLifeMs - 1;
      const point: NonNullable<typeof world.ports.catalog>["point"] = async (...input) => {
        const failed = await world.catalog.point(...input);
        await landLate();
        world.clock.ms += 1;
        return failed;
      };
      await world.crawl({ catalog: { ...world.catalog, point } });
      await expectHealed(world, "g2");
    }
  });

  test("leaves nothing behind where another run overtook it", async () => {
    for (const at of (await listCalls(seeLate)).keys()) {
      const world = await createWorld();
      const { landLate } = await crawlWithFault(world, fault, at, seeLate);
      if ((await world.readHead(on)).generation !== "g2") await world.commit("g2");
      await world.crawl();
      await landLate();
      await expectHealed(world, "g2");
    }
  });
});

describe.each(faults)("a run that %s any of its calls while a table gains members", (fault) => {
  const earlier = day("2026-11-12");
  const device = (...names: string[]): Column => ({
    name: "device",
    type: "RECORD",
    mode: "NULLABLE",
    fields: names.map((name) => ({ name, type: "STRING", mode: "NULLABLE" })),
  });

  /** A day long past in step, and one of today whose files have a member more. */
  async function createGrowingWorld(): Promise<CrawlWorld> {
    const world = createCrawlWorld({ lookbackDays: 15 });
    await world.commit("g0", { day: earlier, columns: [device("category")] });
    await world.crawl();
    await world.commit("g1", { columns: [device("category", "brand")] });
    return world;
  }

  test("leaves no partition without them once another partition moves, and none at a former generation", async () => {
    const whole = await createGrowingWorld();
    const { ports, calls } = createFaultyPorts(whole.ports, "never sends", -1);
    await whole.crawl({ ports });
    expect(calls.filter((call) => call === "readOutgrown")).toHaveLength(2);
    const { table } = whole.context().pipeline.families[0]!;
    for (const at of calls.keys()) {
      const world = await createGrowingWorld();
      const { landLate } = await crawlWithFault(world, fault, at);
      await world.commit("g5", { day: earlier, columns: [device("category")] });
      await world.crawl();
      await landLate();
      world.clock.ms += intentLifeMs;
      await world.commit("g2", { columns: [device("category", "brand")] });
      expect(await world.crawl()).toMatchObject({ exitCode: 0 });
      const shown = [await world.shown(earlier), await world.shown(on)];
      expect([at, shown, await world.catalog.readOutgrown(table)]).toEqual([at, ["g5", "g2"], []]);
    }
  });
});
