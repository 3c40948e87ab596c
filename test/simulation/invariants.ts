import type { Day } from "../../src/days/day.ts";
import { families } from "../../src/days/families.ts";
import { rankShardKind } from "../../src/days/shards.ts";
import type { Head } from "../../src/lake/types.ts";
import { hashRules } from "../../src/sql/hash-rules.ts";
import { listGodHeads, prefixOf, readGodFiles, readGodManifest, renderRows } from "./god.ts";
import type { Batch } from "./models/content.ts";
import { settleRows } from "./models/rows.ts";
import { type KnownGeneration, keepMs, pipelines, table, type World } from "./world.ts";

/** How far the store's clock, and a request that was late, may be from the truth, ms. */
const clockSlackMs = 3 * 3_600_000;

/** What must hold at every step, whoever looks. */
export class Violation extends Error {}

/** @returns a look at everything that changed since the last one; it throws a Violation */
export function createWatch(world: World): () => void {
  const { known } = world;
  const heads = new Map<Day, Head>();
  const shown = new Map<Day, number>();
  const named = new Map<string, number>();
  let seen = { store: -1, removals: 0, warehouse: -1, catalog: -1 };

  return () => {
    const now = {
      store: world.store.revision,
      removals: world.store.removals,
      warehouse: world.warehouse.revision,
      catalog: world.catalog?.revision ?? 0,
    };
    const isStoreNew = now.store !== seen.store;
    if (isStoreNew) checkLake(world, heads, known, named);
    for (const { generation } of heads.values()) named.set(generation, world.kernel.nowMs());
    if (now.removals !== seen.removals) checkKept(world, named);
    if (isStoreNew || now.warehouse !== seen.warehouse) checkWarehouse(world, known, shown);
    if (isStoreNew || now.catalog !== seen.catalog) checkCatalog(world, known);
    seen = now;
  };
}

/** Heads only move forward, each names a whole generation made from one version of one shard by one set of rules. */
function checkLake(
  world: World,
  heads: Map<Day, Head>,
  known: Map<string, KnownGeneration>,
  named: Map<string, number>,
): void {
  for (const head of listGodHeads(world)) {
    const before = heads.get(head.day);
    if (before === head) {
      checkThere(world, head.day, head.generation, "its head names it");
      continue;
    }
    if (before !== undefined && !world.damaged.has(head.day)) checkMove(before, head);
    if (before !== undefined && isLateSwap(world, before, head)) named.delete(before.generation);
    heads.set(head.day, head);
    if (!known.has(head.generation)) known.set(head.generation, learn(world, head));
    checkThere(world, head.day, head.generation, "its head names it");
  }
}

/** Whoever reads what was current lately can end in peace, and people can go back to it. */
function checkKept(world: World, named: ReadonlyMap<string, number>): void {
  for (const [generation, untilMs] of named) {
    if (world.kernel.nowMs() - untilMs > keepMs - clockSlackMs) continue;
    checkThere(world, world.known.get(generation)!.day, generation, "it was current a while ago");
  }
}

/**
 * Whoever swapped read the clock long before its swap came to be: it was suspended in between, and dated the end of
 * the generation before it too early (docs/reliability.md, what is assumed).
 */
function isLateSwap(world: World, before: Head, head: Head): boolean {
  const ended = head.history.findLast(({ generation }) => generation === before.generation);
  const endedMs = ended?.toMs ?? null;
  return endedMs !== null && world.kernel.nowMs() - endedMs > clockSlackMs;
}

function checkMove(before: Head, head: Head): void {
  if (before.hold !== null && head.hold === null && head.generation !== before.generation) {
    fail(`the head of ${head.day} was swapped while a rollback held it`);
  }
  if (head.sequence < before.sequence) fail(`the head of ${head.day} went back in sequence`);
  if (head.generation !== before.generation && head.sequence === before.sequence) {
    fail(`two generations of ${head.day} have one sequence`);
  }
  const fellBack = rankShardKind(head.source.kind) < rankShardKind(before.source.kind);
  if (fellBack && head.hold === null) fail(`${head.day} fell back to its ${head.source.kind} shard`);
}

/** Takes a generation's account and holds it against the truth: the rows of the very version it says it was made of. */
function learn(world: World, head: Head): KnownGeneration {
  const { day, generation } = head;
  const manifest = readGodManifest(world, day, generation);
  if (manifest === null) fail(`the head of ${day} names generation ${generation}, which has no manifest`);
  const files = readGodFiles(world, day, generation);
  const rows = renderRows(files.flatMap((file) => file.rows));
  const source = world.source.rowsOf(manifest.source);
  if (source === null) fail(`generation ${generation} names a version of its shard that never was`);
  // Somebody may have deleted a file after it was verified and before it was committed.
  if (!world.damaged.has(day) && rows !== renderRows(settleRows(source).written)) {
    fail(`generation ${generation} of ${day} holds other rows than the version of its shard that it names`);
  }
  const foreign = files.find((file) => file.rulesDigest !== manifest.rulesDigest);
  if (foreign !== undefined)
    fail(`generation ${generation} of ${day} was made with other rules than its manifest says`);
  if (manifest.balance.source !== source.length) fail(`generation ${generation} of ${day} does not balance`);
  return { day, generation, manifest, rows };
}

/** Nothing that somebody needs is ever deleted. */
function checkThere(world: World, day: Day, generation: string, why: string): void {
  if (world.damaged.has(day)) return;
  const manifest = readGodManifest(world, day, generation);
  if (manifest === null) fail(`the manifest of ${day}, generation ${generation}, is gone, but ${why}`);
  for (const { key } of manifest.files) {
    if (world.store.read(key) === null) fail(`${key} is gone, but ${why}`);
  }
}

function checkWarehouse(
  world: World,
  known: ReadonlyMap<string, KnownGeneration>,
  shown: Map<Day, number>,
): void {
  const { warehouse, damaged } = world;
  const ledger = warehouse.ledger(table);
  const byDay = new Map(ledger.map((row) => [row.day, row]));
  if (byDay.size < ledger.length) fail("the ledger has two rows of one day");
  const hot = groupByDay(warehouse.hot(table));
  for (const [day, batches] of hot) {
    if (damaged.has(day)) continue;
    checkWhole("hot", day, batches, known);
    const generation = batches[0]!.generation;
    const named = byDay.get(day)?.hotGeneration ?? null;
    if (named !== generation) fail(`hot shows generation ${generation} of ${day}, the ledger says ${named}`);
  }
  for (const row of ledger) {
    if (damaged.has(row.day)) continue;
    if (row.hotGeneration !== null) checkHot(row.day, row.hotGeneration, hot, known);
    if (row.coldGeneration !== null) checkCold(world, row.day, known);
    checkShown(world, row.day, shown, known);
  }
}

/** The ledger calls a generation hot: then its rows are there, unless it has none. */
function checkHot(
  day: Day,
  generation: string,
  hot: ReadonlyMap<Day, Batch[]>,
  known: ReadonlyMap<string, KnownGeneration>,
): void {
  const batches = hot.get(day) ?? [];
  if (batches.length === 0 && known.get(generation)?.rows === "") return;
  if (batches.length === 0)
    fail(`the ledger calls generation ${generation} of ${day} hot, and no row of it is there`);
}

function checkCold(world: World, day: Day, known: ReadonlyMap<string, KnownGeneration>): void {
  const view = world.warehouse.shownCold(table, day);
  if (view.missing.length > 0) fail(`the cold table names files that are gone: ${view.missing.join(", ")}`);
  checkWhole("cold", day, view.batches, known);
}

/** Whoever reads all days sees each day whole, never loses one, and never goes back. */
function checkShown(
  world: World,
  day: Day,
  shown: Map<Day, number>,
  known: ReadonlyMap<string, KnownGeneration>,
): void {
  const view = world.warehouse.shownAll(table, day);
  if (view.missing.length > 0)
    fail(`the view of all days names files that are gone: ${view.missing.join(", ")}`);
  const before = shown.get(day);
  if (view.sequence === null) {
    if (before !== undefined) fail(`${day} was shown, and is not shown any more`);
    return;
  }
  if (before !== undefined && view.sequence < before) fail(`who reads all days saw ${day} go back`);
  shown.set(day, view.sequence);
  checkWhole("the view of all days", day, view.batches, known);
}

/** Rows of one day in one place are exactly those of one committed generation. */
export function checkWhole(
  place: string,
  day: Day,
  batches: readonly Batch[],
  known: ReadonlyMap<string, KnownGeneration>,
): void {
  const generations = new Set(
    batches.filter(({ rows }) => rows.length > 0).map(({ generation }) => generation),
  );
  if (generations.size > 1) fail(`${place} shows a mixture of ${day}: ${[...generations].join(", ")}`);
  const [generation] = generations;
  if (generation === undefined) return;
  const truth = known.get(generation);
  if (truth === undefined)
    fail(`${place} shows ${day} of generation ${generation}, which no head ever named`);
  const rows = renderRows(batches.flatMap((batch) => batch.rows));
  if (rows !== truth.rows) fail(`${place} shows other rows of ${day} than generation ${generation} has`);
  checkFilled(place, day, batches, truth);
}

/** A column that has values in the lake has them wherever it is read. */
function checkFilled(
  place: string,
  day: Day,
  batches: readonly Batch[],
  { manifest }: KnownGeneration,
): void {
  const rows = (name: string) =>
    batches
      .filter(({ columns }) => columns.includes(name))
      .reduce((sum, batch) => sum + batch.rows.length, 0);
  for (const [name, count] of Object.entries(manifest.nonNull)) {
    if (rows(name) !== count)
      fail(`${place} shows ${rows(name)} values in ${name} of ${day}, the manifest has ${count}`);
  }
}

/** A partition names a folder that is there and was current at some time. */
function checkCatalog(world: World, known: ReadonlyMap<string, KnownGeneration>): void {
  if (world.catalog === null) return;
  for (const head of listGodHeads(world)) {
    const location = world.catalog.location(table, head.day);
    if (location === null || world.damaged.has(head.day)) continue;
    const named = [...known.values()].find(({ day, generation }) => location === prefixOf(day, generation));
    if (named?.day !== head.day) fail(`the catalog points ${head.day} at ${location}`);
    checkThere(world, head.day, named.generation, "the catalog points at it");
  }
}

function groupByDay(batches: readonly Batch[]): Map<Day, Batch[]> {
  const days = new Map<Day, Batch[]>();
  for (const batch of batches) {
    if (batch.rows.length > 0) days.set(batch.day, [...(days.get(batch.day) ?? []), batch]);
  }
  return days;
}

/** Digest of the rules that a pipeline file stands for. */
export function digestRules(rules: 0 | 1): string {
  const { columns, filter, families: declared } = pipelines[rules];
  const { family, duplicates } = declared[0]!;
  return hashRules({ family: families[family], duplicates, columns, filter });
}

export function fail(text: string): never {
  throw new Violation(text);
}
