import { join } from "node:path";
import type { DemoPhase } from "../../src/generate/demo-types.ts";
import { formatCount, formatPlural } from "../../src/plan/format.ts";
import type { CloudWorld } from "../../test/support/cloud-world/cloud-world.ts";
import { compareLakes } from "../../test/support/cloud-world/compare-lakes.ts";
import { renderCalls } from "../../test/support/cloud-world/count-calls.ts";
import { waitForEnd } from "../../test/support/site.ts";

interface Stage {
  world: CloudWorld;
  signal: AbortSignal;
  /** What each part asked of the services. */
  calls: { part: string; text: string }[];
}

/** The story of `npm run demo`, told by commands as people type them. @returns the exit code */
export async function playDemo(world: CloudWorld, signal: AbortSignal): Promise<number> {
  const stage: Stage = { world, signal, calls: [] };
  const [first, second] = world.scenario.phases;
  say("The cloud on this machine: S3 by MiniStack, the other services by doubles of ours, Spark itself.");
  console.log(`  Glue answers on ${world.glue.endpoint}; configuration and buckets are in ${world.folder}`);
  await setUp(stage);
  await playPhase(stage, first, `It is ${renderInstant(first)}.`);
  noteCalls(stage, "first run");
  await playPhase(stage, second, `Three days later: it is ${renderInstant(second)}.`);
  noteCalls(stage, "second run");
  say("Once more: nothing has changed.");
  await runAll(stage, second);
  noteCalls(stage, "third run, nothing to do");
  return finish(stage, second);
}

async function setUp(stage: Stage): Promise<void> {
  for (const { name } of stage.world.scenario.properties) {
    for (const task of ["push-script", "ensure-job"]) await call(stage, [task, "--pipeline", name], [0, 99]);
  }
  noteCalls(stage, "push-script, ensure-job");
}

async function playPhase(stage: Stage, phase: DemoPhase, title: string): Promise<void> {
  say(title);
  const { shards, rows } = await stage.world.publish(phase);
  const appeared = `${formatPlural(shards, "shard")} with ${formatCount(rows)} events`;
  console.log(`  ${appeared} appeared in ${stage.world.exportsPlace}`);
  for (const text of phase.notes) console.log(`  ${text}`);
  await runAll(stage, phase);
}

/** Late days are part of the story; anything else than done and late is not. */
async function runAll(stage: Stage, phase: DemoPhase): Promise<void> {
  for (const { name } of stage.world.scenario.properties) {
    await call(stage, ["run", "--pipeline", name, ...at(phase)], [0, 75]);
  }
}

/** A command as a person would type it, with plan and progress. */
async function call(stage: Stage, args: string[], fine: number[]): Promise<void> {
  const line = [...args, "--environment", "cloud"];
  say(`$ shardlift ${line.join(" ")}`);
  const { exitCode } = await runCommand(stage, line, "inherit");
  if (!fine.includes(exitCode!)) throw new Error(`shardlift ${args[0]} ended with exit code ${exitCode}`);
}

/** A command that ends with the demo. */
async function runCommand({ world, signal }: Stage, line: string[], stdio: "inherit" | "pipe") {
  signal.throwIfAborted();
  const child = world.start(line, stdio);
  const end = () => child.kill();
  signal.addEventListener("abort", end);
  const ended = await waitForEnd(child);
  signal.removeEventListener("abort", end);
  signal.throwIfAborted();
  return ended;
}

/** Counts every row at every hop, and compares the lake with the one that DuckDB makes of the same shards in a folder. */
async function finish(stage: Stage, phase: DemoPhase): Promise<number> {
  const total = { days: 0, rows: 0, differences: 0 };
  for (const { name } of stage.world.scenario.properties) {
    const args = ["reconcile", "--all", "--pipeline", name, ...at(phase)];
    await call(stage, args, [0, 65]);
    const found = await ask(stage, [...args, "--environment", "cloud", "--json"]);
    for (const key of ["days", "rows", "differences"] as const) total[key] += found[key]!;
  }
  noteCalls(stage, "reconcile, for people and as JSON");
  total.differences += await compareWithLocal(stage, phase);
  say("What was asked of each service:");
  for (const { part, text } of stage.calls) console.log(`\n${part}\n${text.trimEnd()}`);
  const counts = `${total.days} days, ${formatCount(total.rows)} rows, ${total.differences} differences`;
  console.log(`\n${total.differences === 0 ? "demo ok" : "demo failed"}: ${counts}`);
  return total.differences === 0 ? 0 : 65;
}

async function compareWithLocal(stage: Stage, phase: DemoPhase): Promise<number> {
  say("The same days lifted without a cloud, row by row:");
  const { folder, lakeFolder, scenario } = stage.world;
  let differences = 0;
  for (const { name, family } of scenario.properties) {
    const args = ["backfill", "--all", "--yes", "--pipeline", name, ...at(phase)];
    await ask(stage, [...args, "--environment", "local", "--json"]);
    const found = await compareLakes([join(folder, "lake"), lakeFolder], `${name}/${family}`);
    const compared = `${formatPlural(found.days, "day")}, ${formatCount(found.rows)} rows`;
    console.log(`  ${name}: ${compared}, ${formatPlural(found.differences.length, "difference")}`);
    for (const text of found.differences) console.log(`    ${text}`);
    differences += found.differences.length;
  }
  return differences;
}

/** A command whose line of JSON is what we are after. */
async function ask(stage: Stage, args: string[]): Promise<Record<string, number>> {
  const { stdout, stderr, exitCode } = await runCommand(stage, args, "pipe");
  if (exitCode !== 0 && exitCode !== 65)
    throw new Error(`shardlift ${args[0]} ended with ${exitCode}: ${stderr}`);
  return JSON.parse(stdout);
}

function noteCalls({ world, calls }: Stage, part: string): void {
  calls.push({ part, text: renderCalls(world.takeCalls()) });
}

function at({ nowMs }: DemoPhase): string[] {
  return ["--now", new Date(nowMs).toISOString()];
}

function renderInstant({ nowMs }: DemoPhase): string {
  return new Date(nowMs).toISOString().slice(0, 16).replace("T", " ");
}

function say(text: string): void {
  console.log(`\n${text}`);
}
