import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { generateShard } from "../../src/adapters/duckdb/generator.ts";
import { day } from "../support/builders.ts";
import { command } from "../support/command.ts";
import { createSite, type Site, waitForEnd } from "../support/site.ts";

const kills = 50;
const now = ["--now", "2026-11-23T11:00:00Z"];
const run = ["run", ...now, "--json", "--progress", "none"];

/** A generator of numbers from 0 to 1 that a seed decides (mulberry32, public domain). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

async function arrive(site: Site, on: string, revision = 1): Promise<void> {
  const target = { root: join(site.folder, "source"), dataset: "analytics_1" };
  await generateShard({ family: "ga4_events", day: day(on), rows: 300, revision }, target);
}

/** Rows and checksum of every day in hot, cold and the two together, counted by the warehouse. */
async function count(site: Site): Promise<unknown> {
  const sum = "sum(('0x' || left(event_id, 12))::bigint::decimal(38, 0))::varchar";
  const tables = ["events", "events_cold", "events_all"];
  const parts = tables.map(
    (table) =>
      `select '${table}' as place, _day::varchar as day, count(*) as rows, ${sum} as checksum from analytics.${table} group by all`,
  );
  const { stdout, stderr, exitCode } = await command(site, [
    "query",
    "--json",
    `${parts.join(" union all ")} order by all`,
  ]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test(`kill -9 at ${kills} random moments of run, then run again: exact rows every time`, async () => {
  const fresh = await createSite();
  for (const on of ["2026-11-20", "2026-11-21", "2026-11-22"]) await arrive(fresh, on);
  // The state that is killed in: a first load of three days, or a second run in which two of them changed.
  const loaded = await fresh.copy();
  const startedAt = performance.now();
  expect((await loaded.run(run)).exitCode).toBe(0);
  const runMs = performance.now() - startedAt;
  const restated = await loaded.copy();
  for (const on of ["2026-11-21", "2026-11-22"]) await arrive(restated, on, 2);
  const whole = await restated.copy();
  expect((await whole.run(run)).exitCode).toBe(0);
  const expected = { first: await count(loaded), second: await count(whole) };

  const killed: string[] = [];
  // A run that is over before its kill proves nothing: another seed takes its place.
  for (let seed = 1; killed.length < kills && seed <= 3 * kills; seed += 1) {
    const random = createRandom(seed);
    const which = random() < 0.5 ? "first" : "second";
    const site = await (which === "first" ? fresh : restated).copy();
    const killAtMs = Math.round(runMs * (0.2 + 0.7 * random()));
    if (await killAfter(site, killAtMs)) killed.push(`${seed}@${killAtMs}ms`);
    const moment = { seed, killAtMs, which };
    const after = await command(site, run);
    expect({ ...moment, exitCode: after.exitCode, stderr: after.stderr }).toEqual({
      ...moment,
      exitCode: 0,
      stderr: "",
    });
    expect({ ...moment, counted: await count(site) }).toEqual({ ...moment, counted: expected[which] });
    const reconciled = await command(site, ["reconcile", ...now, "--json", "--progress", "none"]);
    expect({ ...moment, reconciled }).toMatchObject({ ...moment, reconciled: { exitCode: 0 } });
    await site.remove();
  }
  console.log(`killed in the middle (seed@moment): ${killed.join(" ")}`);
  expect(killed).toHaveLength(kills);
  for (const site of [fresh, loaded, restated, whole]) await site.remove();
});

/** @returns whether the run was still going. */
async function killAfter(site: Site, ms: number): Promise<boolean> {
  const child = site.start(run);
  const ended = waitForEnd(child);
  await sleep(ms);
  child.kill("SIGKILL");
  return (await ended).exitCode === null;
}
