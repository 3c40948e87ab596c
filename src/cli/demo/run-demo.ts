import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Day } from "../../days/day.ts";
import { exitCodes } from "../../errors.ts";
import { buildDemoScenario } from "../../generate/demo-scenario.ts";
import type { DemoPhase, DemoProperty } from "../../generate/demo-types.ts";
import { formatCount, formatPlural } from "../../plan/format.ts";
import type { CallCommand } from "../call-command.ts";
import { demoFolder } from "../find-config.ts";
import type { Io } from "../io.ts";
import { createPaint } from "../paint.ts";
import { writeDemoConfig } from "./demo-config.ts";
import { showQueries } from "./demo-queries.ts";
import { reconcileDemo } from "./reconcile-demo.ts";

/** Fixed, so that every demo tells the same story. */
const startDay = "2026-11-10" as Day;

interface Stage {
  io: Io;
  call: CallCommand;
  folder: string;
  progress: string;
  properties: readonly DemoProperty[];
  signal: AbortSignal;
}

/**
 * The whole main job on generated data: shards appear, a run lifts them, three days pass, a second run lifts what
 * changed and nothing else, and reconcile counts every row at every hop.
 */
export async function runDemo(
  flags: { progress: string },
  { io, call, signal }: Pick<Stage, "io" | "call" | "signal">,
): Promise<number> {
  const scenario = buildDemoScenario(startDay);
  const folder = resolve(io.cwd, demoFolder);
  const { properties } = scenario;
  const stage: Stage = { io, call, folder, progress: flags.progress, properties, signal };
  await writeDemoConfig(folder, scenario.properties);
  for (const [index, phase] of scenario.phases.entries()) {
    say(
      stage,
      index === 0 ? `It is ${renderInstant(phase)}.` : `Three days later: it is ${renderInstant(phase)}.`,
    );
    await writePhase(stage, phase);
    for (const property of scenario.properties) {
      const exitCode = await runCommand(stage, property, phase);
      // Late days are part of the story; anything else is not.
      if (exitCode !== exitCodes.done && exitCode !== exitCodes["not-ready"]) return fail(stage, exitCode);
    }
  }
  return finish(stage, scenario.phases[1]);
}

function renderInstant({ nowMs }: DemoPhase): string {
  return new Date(nowMs).toISOString().slice(0, 16).replace("T", " ");
}

/** The source as Google would leave it by then. */
async function writePhase(stage: Stage, phase: DemoPhase): Promise<void> {
  const { createShardGenerator } = await import("../../adapters/duckdb/generator.ts");
  const { generateShards } = await import("../../adapters/duckdb/generator-property.ts");
  const root = join(stage.folder, "source");
  const generator = await createShardGenerator();
  const orders = phase.shards.map(({ dataset, wish, modifiedMs }) => ({
    wish,
    target: { root, dataset, modifiedMs },
  }));
  try {
    const shards = await generateShards(generator, orders, () => {}, stage.signal);
    const rows = shards.reduce((sum, shard) => sum + shard.rows.total, 0);
    write(
      stage,
      `  ${formatPlural(shards.length, "shard")} with ${formatCount(rows)} events appeared in ${demoFolder}/source`,
    );
  } finally {
    generator.close();
  }
  for (const { dataset, table } of phase.removed) await removeTable(join(root, dataset), table);
  for (const note of phase.notes) write(stage, `  ${note}`);
}

async function removeTable(folder: string, table: string): Promise<void> {
  if (!existsSync(folder)) return;
  const files = (await readdir(folder)).filter(
    (name) => name.startsWith(`${table}.`) || name.startsWith(`${table}-`),
  );
  for (const file of files) await rm(join(folder, file));
}

/** The very command a person would type, plan and bar included. */
async function runCommand(stage: Stage, property: DemoProperty, phase: DemoPhase): Promise<number> {
  const now = new Date(phase.nowMs).toISOString();
  const args = ["run", "--pipeline", property.name, "--environment", "demo", "--now", now];
  say(stage, `$ shardlift ${args.join(" ")}`);
  const exitCode = await stage.call([...args, "--config", stage.folder, "--progress", stage.progress]);
  stage.signal.throwIfAborted();
  return exitCode;
}

function fail({ io }: Stage, exitCode: number): number {
  io.stdout.write(`\ndemo failed: a run ended with exit code ${exitCode}\n`);
  return exitCode;
}

async function finish(stage: Stage, phase: DemoPhase): Promise<number> {
  const total = { days: 0, rows: 0, differences: 0 };
  for (const { name } of stage.properties) {
    say(stage, `$ shardlift reconcile --all --pipeline ${name} --environment demo`);
    const found = await reconcileDemo({ ...stage, name, nowMs: phase.nowMs });
    total.days += found.days;
    total.rows += found.rows;
    total.differences += found.differences;
  }
  await showQueries({ ...stage, now: new Date(phase.nowMs).toISOString() });
  const verdict = total.differences === 0 ? "demo ok" : "demo failed";
  const counts = `${total.days} days, ${formatCount(total.rows)} rows, ${total.differences} differences`;
  stage.io.stdout.write(`\n${verdict}: ${counts}\n`);
  return total.differences === 0 ? exitCodes.done : exitCodes.balance;
}

function say({ io }: Stage, text: string): void {
  io.stdout.write(`\n${createPaint(io.stdout, io.env)("strong", text)}\n`);
}

function write({ io }: Stage, text: string): void {
  io.stdout.write(`${text}\n`);
}
