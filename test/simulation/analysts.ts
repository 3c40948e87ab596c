import type { Day } from "../../src/days/day.ts";
import { isShardliftError } from "../../src/errors.ts";
import type { DayMeasure } from "../../src/ports.ts";
import { prefixOf, renderRows } from "./god.ts";
import { fail } from "./invariants.ts";
import type { Process } from "./kernel/types.ts";
import { parseModelFile } from "./models/content.ts";
import { days } from "./scenario.ts";
import { connect, type KnownGeneration, keepMs, table, type World } from "./world.ts";

/**
 * An analyst's query: takes a while, while others move what it reads. What it saw must be whole days of generations
 * that were current, as long as it does not take longer than old generations are kept for it.
 */
export async function runQuery(
  world: World,
  process: Process,
  from: "hot" | "cold" | "catalog",
): Promise<void> {
  const begunMs = world.kernel.nowMs();
  const isSlow = () => world.kernel.nowMs() - begunMs > keepMs / 2;
  try {
    if (from === "catalog") await queryCatalog(world, process, isSlow);
    else await queryWarehouse(world, process, from);
  } catch (error) {
    const isOutside = isShardliftError(error) && error.code === "outside";
    const isMissing = isShardliftError(error) && error.code === "data";
    if (isOutside || (isMissing && (isSlow() || world.damaged.size > 0))) return;
    if (isMissing) fail(`a query of ${from} failed: ${error.parts.failed} ${error.parts.received ?? ""}`);
    throw error;
  }
}

async function queryWarehouse(world: World, process: Process, from: "hot" | "cold"): Promise<void> {
  const { warehouse } = connect(world, process);
  const measures =
    from === "hot" ? await warehouse.measureHot(table, "all") : await warehouse.measureCold(table, "all");
  const seen = new Set<Day>();
  for (const measure of measures) {
    if (world.damaged.has(measure.day)) continue;
    if (seen.has(measure.day)) fail(`a query of ${from} saw two generations of ${measure.day}`);
    seen.add(measure.day);
    checkMeasure(from, measure, world.known.get(measure.generation));
  }
}

function checkMeasure(from: string, measure: DayMeasure, truth: KnownGeneration | undefined): void {
  if (truth === undefined)
    fail(`a query of ${from} saw generation ${measure.generation}, which no head ever named`);
  const { balance, checksum } = truth.manifest;
  if (measure.rows !== balance.written || measure.checksum !== checksum) {
    fail(
      `a query of ${from} saw ${measure.rows} rows of ${measure.day}, its manifest has ${balance.written}`,
    );
  }
}

/** As Athena reads: the partition's folder, its listing, then file by file. */
async function queryCatalog(world: World, process: Process, isSlow: () => boolean): Promise<void> {
  const { catalog, store } = connect(world, process);
  if (catalog === null) return;
  const partitions = await catalog.readPartitions(table, "all");
  for (const day of days) {
    const folder = partitions.get(day);
    if (folder === undefined || world.damaged.has(day)) continue;
    const keys: string[] = [];
    for await (const { key } of store.list(folder)) keys.push(key);
    const files = [];
    for (const key of keys) files.push(await store.get(key));
    if (isSlow() || world.damaged.has(day)) return;
    const truth = [...world.known.values()].find(({ generation }) => folder === prefixOf(day, generation));
    const rows = files.flatMap((file) => (file === null ? [] : parseModelFile(file.body).rows));
    if (renderRows(rows) !== truth?.rows)
      fail(`a query of the catalog saw other rows of ${day} than ${folder} had`);
  }
}
