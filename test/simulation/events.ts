import { addDays, type Day } from "../../src/days/day.ts";
import type { ShardKind } from "../../src/days/families.ts";
import { ShardliftError } from "../../src/errors.ts";
import { readGodHead } from "./god.ts";
import type { FaultName } from "./kernel/faults.ts";
import type { Process } from "./kernel/types.ts";
import { baseSchema, buildModelRow, grownSchema } from "./models/rows.ts";
import { nameShard } from "./models/source.ts";
import { days, type ScenarioEvent } from "./scenario.ts";
import { pipelines, table, type World } from "./world.ts";

const rowsPerShard = 6;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** What lies in the source when a schedule begins: the newest day has an intraday shard only. */
export function fillSource(world: World): void {
  for (const day of days) writeShard(world, day, day === days.at(-1) ? "intraday" : "daily", rowsPerShard, 0);
}

/** Does what an event says; one that finds nothing to happen to does nothing. */
export function fireEvent(world: World, event: ScenarioEvent, processes: readonly Process[]): void {
  const happened = act(world, event, processes);
  if (!happened) return;
  world.kernel.count(event.event);
  world.kernel.note(`* ${event.event} (${event.day})`);
}

function act(world: World, event: ScenarioEvent, processes: readonly Process[]): boolean {
  const { kernel, store } = world;
  const alive = processes.filter((process) => process.isAlive);
  const one = alive[Math.floor(event.roll * alive.length)];
  switch (event.event) {
    case "time leaps":
      kernel.leap(pickLeap(event.roll));
      return true;
    case "store clock jumps":
      store.clockErrorMs -= Math.floor(event.roll * 20 * minuteMs);
      return true;
    case "clock jumps":
      if (one === undefined) return false;
      one.clockErrorMs += Math.floor((event.roll - 0.5) * hourMs);
      return true;
    case "terminated":
      if (one === undefined) return false;
      one.controller.abort(new ShardliftError("terminated", { failed: "Stopped by SIGTERM." }));
      return true;
    case "operator deletes a file":
    case "operator deletes a head":
    case "operator deletes a manifest":
    case "operator deletes a ledger row":
      return damage(world, event);
    default:
      return changeSource(world, event);
  }
}

/** From minutes to more than `keep`. */
function pickLeap(roll: number): number {
  const leaps = [10 * minuteMs, 2 * hourMs, 7 * hourMs, 13 * hourMs, 25 * hourMs, 30 * hourMs];
  return leaps[Math.floor(roll * leaps.length)]!;
}

function changeSource(world: World, { event, day, roll }: ScenarioEvent): boolean {
  const [shard] = world.source.shardsOf(day);
  const edition = world.kernel.steps + 1;
  if (event === "shard appears") {
    const next = addDays(days.at(-1)!, 1 + Math.floor(roll * 2));
    if (world.source.shardsOf(next).length > 0) return false;
    writeShard(world, next, roll < 0.5 ? "daily" : "fresh", rowsPerShard, edition);
    return true;
  }
  if (shard === undefined) return false;
  const { kind } = shard.version;
  const rows = shard.rows.length;
  switch (event) {
    case "shard grows":
      writeShard(world, day, kind, rows + 1 + Math.floor(roll * 4), edition, roll < 0.3);
      return true;
    case "shard rewritten":
      writeShard(world, day, kind, rows, edition);
      return true;
    case "shard shrinks":
      writeShard(world, day, kind, Math.floor(rows * roll), edition);
      return true;
    case "shard vanishes":
      world.source.remove(shard.version.table);
      return true;
    case "daily replaces intraday":
      if (kind === "daily") return false;
      writeShard(world, day, "daily", rows + 2, edition);
      world.source.remove(shard.version.table);
      return true;
    case "falls back to intraday":
      if (kind !== "daily") return false;
      world.source.remove(shard.version.table);
      writeShard(world, day, "intraday", rows, edition);
      return true;
    default:
      throw new Error(`no such change of a source: ${event satisfies FaultName}`);
  }
}

/** Every third row comes twice, once with another value: an exact copy, or a conflict. */
function writeShard(
  world: World,
  day: Day,
  kind: ShardKind,
  count: number,
  edition: number,
  isGrown = false,
): void {
  const rows = Array.from({ length: count }, (_, number) => {
    const original = number % 3 === 2 ? number - 1 : number;
    return buildModelRow(day, original, number % 2 === 0 ? edition : edition + 1);
  });
  world.source.write(nameShard(day, kind), { day, kind, schema: isGrown ? grownSchema : baseSchema, rows });
}

/** Somebody deletes something by hand; remembered, since no run can bring it back unasked. */
function damage(world: World, { event, day, roll }: ScenarioEvent): boolean {
  const { store, warehouse } = world;
  const pipeline = pipelines[0].name;
  const family = pipelines[0].families[0]!.family;
  const head = readGodHead(world, day);
  if (head === null) return false;
  const prefixes: Partial<Record<FaultName, string>> = {
    "operator deletes a file": `${pipeline}/${family}/day=${day}/`,
    "operator deletes a head": `${pipeline}/${family}/_heads/${day}`,
    "operator deletes a manifest": `${pipeline}/${family}/_manifests/${day}/`,
  };
  const prefix = prefixes[event];
  const keys = prefix === undefined ? [] : store.keys(prefix);
  const key = keys[Math.floor(roll * keys.length)];
  const isRow = event === "operator deletes a ledger row";
  const isDone = isRow ? warehouse.deleteLedgerRow(table, day) : key !== undefined;
  if (key !== undefined) store.remove(key);
  if (isDone) world.damaged.set(day, event);
  return isDone;
}
