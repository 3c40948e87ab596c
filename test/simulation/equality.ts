import { type Day, dayAt } from "../../src/days/day.ts";
import { isHot } from "../../src/days/lifecycle.ts";
import { isSameVersion, rankShardKind } from "../../src/days/shards.ts";
import type { Head } from "../../src/lake/types.ts";
import { listGodHeads, prefixOf, readGodHead } from "./god.ts";
import { digestRules } from "./invariants.ts";
import { table, type World } from "./world.ts";

/** What is not in step, in words; empty where source, lake, catalog and warehouse agree on every day. */
export function findInequality(world: World): string[] {
  const days = new Set([...listGodHeads(world).map(({ day }) => day), ...listShardDays(world)]);
  return [...days].sort().flatMap((day) => compareDay(world, day).map((text) => `${day}: ${text}`));
}

/** Up to today: a shard of tomorrow is nobody's yet. */
function listShardDays({ source, scenario, kernel }: World): Day[] {
  const last = dayAt(kernel.nowMs(), "UTC");
  const found: Day[] = [];
  for (let at = scenario.startMs - 10 * 86_400_000; dayAt(at, "UTC") <= last; at += 86_400_000) {
    const day = dayAt(at, "UTC");
    if (source.shardsOf(day).length > 0) found.push(day);
  }
  return found;
}

function compareDay(world: World, day: Day): string[] {
  const head = readGodHead(world, day);
  if (head === null) return ["has a shard and no head"];
  return [...compareSource(world, head), ...compareReaders(world, head)];
}

function compareSource({ source }: World, head: Head): string[] {
  if (head.hold !== null) return [];
  const [shard] = source.shardsOf(head.day);
  if (shard === undefined || rankShardKind(shard.version.kind) < rankShardKind(head.source.kind)) return [];
  if (!isSameVersion(head.source, shard.version))
    return [`made of an older version of ${shard.version.table}`];
  return head.rulesDigest === digestRules(0) ? [] : ["made with other rules than today's"];
}

function compareReaders(world: World, head: Head): string[] {
  const { day, generation, sequence } = head;
  const { warehouse, catalog, kernel, scenario } = world;
  const row = warehouse.ledger(table).find((one) => one.day === day);
  const hot = isHot(day, dayAt(kernel.nowMs(), "UTC"), scenario.retentionDays);
  const differences: string[] = [];
  if (hot && row?.hotGeneration !== generation)
    differences.push(`hot is at ${row?.hotGeneration ?? "nothing"}`);
  if (!hot && (row?.hotGeneration ?? null) !== null) differences.push("still hot beyond retention");
  if (hot && row?.hotSequence !== sequence) differences.push("hot is at an older sequence");
  if (row?.coldGeneration !== generation) differences.push(`cold is at ${row?.coldGeneration ?? "nothing"}`);
  if (row?.coldSequence !== sequence) differences.push("cold is at an older sequence");
  const location = catalog?.location(table, day) ?? null;
  if (catalog !== null && location !== prefixOf(day, generation))
    differences.push(`the catalog is at ${location}`);
  return differences;
}
