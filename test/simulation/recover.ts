import type { Day } from "../../src/days/day.ts";
import type { DaySelection } from "../../src/days/window.ts";
import { exitCodes } from "../../src/errors.ts";
import { parseGenerationKey } from "../../src/lake/keys.ts";
import type { RunChoices, TaskOutput } from "../../src/tasks/context.ts";
import { runReconcile } from "../../src/tasks/reconcile.ts";
import { runRepair } from "../../src/tasks/repair.ts";
import { runPipeline } from "../../src/tasks/run.ts";
import { checkEnd } from "./ends.ts";
import { findInequality } from "./equality.ts";
import { listGodHeads, readGodHead, readGodManifest } from "./god.ts";
import { fail } from "./invariants.ts";
import type { Process } from "./kernel/types.ts";
import { buildContext, keepMs, pipelines, type World } from "./world.ts";

const hourMs = 3_600_000;

/**
 * After the faults stopped: what is under way ends; then one run brings all to equality and a second does nothing;
 * then repair leaves nothing behind that no head names.
 */
export async function recover(world: World, check: () => void): Promise<void> {
  const { kernel } = world;
  kernel.endFaults();
  // By then no request is under way any more, and no intent of a run that was cut short counts.
  kernel.leap(2.5 * hourMs);
  await kernel.run(check);
  const isDamaged = world.damaged.size > 0;
  await runAlone(world, check, "recovery", (process) => runOnce(world, process, isDamaged));
  if (isDamaged) await mend(world, check);
  const different = findInequality(world);
  if (different.length > 0)
    fail(`one run after the last fault did not bring all to equality: ${different.join("; ")}`);
  await checkIdle(world, check, isDamaged);
  await cleanUp(world, check);
}

async function runAlone<T extends TaskOutput>(
  world: World,
  check: () => void,
  name: string,
  main: (process: Process) => Promise<T>,
): Promise<T> {
  const process = world.kernel.spawn(name, main);
  await world.kernel.run(check);
  if (process.isAlive) fail(`${name} never ends; waiting: ${world.kernel.waiting().join("; ")}`);
  checkEnd(world, process);
  if (process.end !== null && "error" in process.end)
    fail(`${name} failed: ${(process.end.error as Error).message}`);
  return process.end!.answer as T;
}

/** An ordinary run; where somebody deleted something by hand, the sweep, which believes no head. */
function runOnce(
  world: World,
  process: Process,
  isSweep: boolean,
  days: Day | null = null,
): Promise<TaskOutput> {
  const selection: DaySelection =
    days !== null
      ? { select: "range", range: { first: days, last: days } }
      : { select: isSweep ? "all" : "lookback" };
  const choices: RunChoices = {
    accept: true,
    again: days !== null,
    goOn: true,
    distrust: isSweep,
    only: "all",
  };
  return runPipeline(buildContext(world, process, 0, { selection, choices })).then(({ output }) => output);
}

/** What somebody deleted and no run could bring back reconcile names; then the days are read again, as it says. */
async function mend(world: World, check: () => void): Promise<void> {
  const named = await reconcile(world, check).catch((error: unknown) => String(error));
  // A file that is gone fails the count of all days at once: then what is named is the file.
  const isCounted = !named.includes("The lake has no file");
  for (const day of world.damaged.keys()) {
    if (isCounted && isBroken(world, day) && !named.includes(day))
      fail(`reconcile does not name ${day}, which is damaged`);
  }
  for (const day of [...world.damaged.keys()].sort()) {
    await runAlone(world, check, `backfill ${day}`, (process) => runOnce(world, process, true, day));
  }
  world.damaged.clear();
  world.kernel.note("what was damaged has been made again");
  check();
}

async function checkIdle(world: World, check: () => void, isSweep: boolean): Promise<void> {
  const before = [world.store.revision, world.warehouse.revision, world.catalog?.revision ?? 0];
  const { exitCode, line } = await runAlone(world, check, "second run", (process) =>
    runOnce(world, process, isSweep),
  );
  const after = [world.store.revision, world.warehouse.revision, world.catalog?.revision ?? 0];
  const changes = before.findIndex((revision, index) => revision !== after[index]);
  if (changes !== -1) fail(`a second run changed ${["the lake", "the warehouse", "the catalog"][changes]}`);
  if (exitCode !== exitCodes.nothing && exitCode !== exitCodes["not-ready"]) {
    fail(`a second run ended with ${exitCode}: ${JSON.stringify(line)}`);
  }
  const differences = await reconcile(world, check);
  if (differences !== "") fail(`reconcile finds differences: ${differences}`);
}

/** @returns all that reconcile finds over all days, in words; also where a count failed as a whole */
async function reconcile(world: World, check: () => void): Promise<string> {
  const report = await runAlone(world, check, "reconcile", async (process) => {
    const context = buildContext(world, process, 0, { selection: { select: "all" } });
    const { days, output } = await runReconcile(context).catch((error: unknown) => ({
      days: [{ day: "", differences: [String(error)] }],
      output: { exitCode: exitCodes.data, line: {} },
    }));
    return {
      ...output,
      differences: days.flatMap((day) => day.differences.map((text) => `${day.day}: ${text}`)),
    };
  });
  return report.differences.join("; ");
}

/** Whether the day's current generation is not whole, or a reader is not where its head is. */
function isBroken(world: World, day: Day): boolean {
  const head = readGodHead(world, day);
  if (head === null) return world.source.shardsOf(day).length > 0;
  const manifest = readGodManifest(world, day, head.generation);
  if (manifest === null || manifest.files.some(({ key }) => world.store.read(key) === null)) return true;
  return findInequality(world).some((text) => text.startsWith(day));
}

/** Long after, repair has taken all that no head names, and nothing that one does. */
async function cleanUp(world: World, check: () => void): Promise<void> {
  world.kernel.leap(3 * keepMs);
  // Days leave retention meanwhile: a run first, so that readers are where policy wants them.
  await runAlone(world, check, "late run", (process) => runOnce(world, process, true));
  world.kernel.leap(3 * keepMs);
  await runAlone(
    world,
    check,
    "repair",
    async (process) => (await runRepair(buildContext(world, process, 0), "apply")).output,
  );
  const { name, families } = pipelines[0];
  const { family } = families[0]!;
  const current = new Set(listGodHeads(world).map(({ day, generation }) => `${day}/${generation}`));
  for (const key of world.store.keys(`${name}/${family}/`)) {
    const owner = parseGenerationKey(name, family, key);
    // What a day without a head has is never deleted: nobody can tell whether its head was lost.
    if (owner === null || readGodHead(world, owner.day) === null) continue;
    if (!current.has(`${owner.day}/${owner.generation}`)) fail(`${key} is left behind`);
  }
}
