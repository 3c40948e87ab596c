import type { Day } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import { isSameVersion, type SourceVersion } from "../days/shards.ts";
import type { ErrorParts } from "../errors.ts";
import type { Head, Manifest, Reader } from "../lake/types.ts";
import type { DayMeasure, LedgerRow } from "../ports.ts";
import { formatCount } from "./format.ts";
import { readGeneration } from "./read-generation.ts";

/** All that is known of one day at every hop; null where there is nothing. */
export interface DayHops {
  family: FamilyName;
  day: Day;
  version: SourceVersion | null;
  head: Head | null;
  manifest: Manifest | null;
  /** Absent where the environment has no warehouse: then nothing of hot and cold is compared. */
  ledger?: LedgerRow | null;
  /** One per generation found in the table. */
  hot: readonly DayMeasure[];
  cold: readonly DayMeasure[];
  /** Why cold could not be counted; null where it was. */
  coldFault: ErrorParts | null;
  /** Folder the catalog's partition points at; absent where the environment has no catalog. */
  partition?: string | null;
  /** Whether policy keeps the day hot. */
  isHot: boolean;
}

/** What reconcile says of one day: the counts of each hop, and what does not agree, in words. */
export interface DayReconciliation {
  family: FamilyName;
  day: Day;
  rows: { source: number | null; written: number | null; hot: number | null; cold: number | null };
  duplicates: number;
  filtered: number;
  differences: string[];
  /** Whether all differences are of readers that, by the day's head, are still on their way to it. */
  isUnderWay: boolean;
  /** Not a fault: what could not be compared, and why. */
  notes: string[];
}

/** Compares source rows; manifest, hot and cold rows, checksums, non-null counts per column. Pure. */
export function reconcileDay(hops: DayHops): DayReconciliation {
  const { manifest, version, hot, cold } = hops;
  const notes: string[] = [];
  const { extract, readers } = compareDay(hops, notes);
  const { duplicates, filtered } = manifest?.balance ?? {
    duplicates: { exact: 0, conflicting: 0 },
    filtered: 0,
  };
  return {
    family: hops.family,
    day: hops.day,
    rows: {
      source: version?.rows ?? manifest?.balance.source ?? null,
      written: manifest?.balance.written ?? null,
      hot: sumRows(hot),
      cold: sumRows(cold),
    },
    duplicates: duplicates.exact + duplicates.conflicting,
    filtered,
    differences: [...extract, ...readers],
    isUnderWay: extract.length === 0 && readers.length > 0 && isLagging(hops),
    notes,
  };
}

/** Differences of what was extracted, and of those who read it. */
function compareDay(hops: DayHops, notes: string[]): { extract: string[]; readers: string[] } {
  const { head, manifest, version } = hops;
  if (head === null) return { extract: findOrphans(hops), readers: [] };
  if (manifest === null) {
    return { extract: [`the manifest of generation ${head.generation} is missing`], readers: [] };
  }
  return {
    extract: [...compareManifest(manifest), ...compareSource(manifest, version, notes)],
    readers: [
      ...(hops.ledger === undefined ? [] : compareWarehouse(hops, manifest, notes)),
      ...comparePartition(hops),
    ],
  };
}

/** A reader whose arrival the head does not know yet: another run may be bringing it there just now. */
function isLagging({ head, ledger, isHot, partition }: DayHops): boolean {
  const isAt = (reader: Reader) => head?.reached[reader]?.generation === head?.generation;
  const readers: Reader[] = [
    ...(ledger === undefined ? [] : isHot ? (["hot", "cold"] as const) : (["cold"] as const)),
    ...(partition === undefined ? [] : (["catalog"] as const)),
  ];
  return readers.some((reader) => !isAt(reader));
}

function sumRows(measures: readonly DayMeasure[]): number | null {
  return measures.length === 0 ? null : measures.reduce((sum, measure) => sum + measure.rows, 0);
}

/** Rows of a day that no head knows. */
function findOrphans({ hot, cold, coldFault, partition }: DayHops): string[] {
  const places = [["hot", hot] as const, ["cold", cold] as const].filter(
    ([, found]) => (sumRows(found) ?? 0) > 0,
  );
  const differences = places.map(
    ([place, found]) => `${place} has ${formatCount(sumRows(found) ?? 0)} rows of a day without a head`,
  );
  if (coldFault !== null) differences.push(describeFault(coldFault));
  if (partition) differences.push(`the catalog points at ${partition}, the day has no head`);
  return differences;
}

function compareWarehouse(hops: DayHops, manifest: Manifest, notes: string[]): string[] {
  return [
    ...compareLedger(hops, notes),
    ...compareTable("hot", hops.ledger?.hotGeneration ?? null, hops.hot, manifest),
    ...compareCold(hops, manifest),
  ];
}

function comparePartition({ head, partition }: DayHops): string[] {
  if (partition === undefined || head === null) return [];
  if (partition !== null && readGeneration(partition) === head.generation) return [];
  const found = partition === null ? "nothing" : (readGeneration(partition) ?? partition);
  return [`the catalog points at ${found}, the head names ${head.generation}`];
}

function compareManifest({ balance, files }: Manifest): string[] {
  const differences: string[] = [];
  const accounted =
    balance.written + balance.duplicates.exact + balance.duplicates.conflicting + balance.filtered;
  if (accounted !== balance.source) {
    differences.push(
      `the balance is off: ${formatCount(balance.source)} read, ${formatCount(accounted)} accounted for`,
    );
  }
  const inFiles = files.reduce((sum, file) => sum + file.rows, 0);
  if (inFiles !== balance.written) {
    differences.push(
      `files hold ${formatCount(inFiles)} rows, the manifest says ${formatCount(balance.written)}`,
    );
  }
  return differences;
}

function compareSource(manifest: Manifest, version: SourceVersion | null, notes: string[]): string[] {
  if (version === null) {
    notes.push("the source is gone: its rows were counted when it was read");
    return [];
  }
  if (!isSameVersion(manifest.source, version)) {
    notes.push("the source changed since it was read: the next run reads it again");
    return [];
  }
  if (version.rows === null || version.rows === manifest.balance.source) return [];
  const read = formatCount(manifest.balance.source);
  return [`the source has ${formatCount(version.rows)} rows, ${read} were read`];
}

function compareLedger({ head, ledger, isHot }: DayHops, notes: string[]): string[] {
  const generation = head?.generation;
  if (!ledger) return ["the ledger does not know the day"];
  const differences: string[] = [];
  if (isHot && ledger.hotGeneration !== generation) {
    differences.push(
      `hot should show generation ${generation}, the ledger says ${ledger.hotGeneration ?? "none"}`,
    );
  }
  if (!isHot && ledger.hotGeneration !== null)
    notes.push("beyond retention and still hot: the next run prunes it");
  if (ledger.coldGeneration !== generation) {
    differences.push(
      `cold should show generation ${generation}, the ledger says ${ledger.coldGeneration ?? "none"}`,
    );
  }
  return differences;
}

/** Of what could not be read nothing is compared, and the day differs for that alone. */
function compareCold({ coldFault, ledger, cold }: DayHops, manifest: Manifest): string[] {
  if (coldFault !== null) return [describeFault(coldFault)];
  return compareTable("cold", ledger?.coldGeneration ?? null, cold, manifest);
}

function describeFault({ failed, received, remedy }: ErrorParts): string {
  return `cold cannot be counted: ${received ?? failed}${remedy === undefined ? "" : `; to do: ${remedy}`}`;
}

/** Counted rows against the manifest; nothing is counted where the ledger says that nothing is there. */
function compareTable(
  place: "hot" | "cold",
  generation: string | null,
  measures: readonly DayMeasure[],
  manifest: Manifest,
): string[] {
  if (generation === null) {
    const rows = sumRows(measures) ?? 0;
    return rows > 0 ? [`${place} has ${formatCount(rows)} rows that the ledger does not know`] : [];
  }
  const strangers = measures.filter((measure) => measure.generation !== generation);
  const differences = strangers.map(
    (measure) => `${place} has ${formatCount(measure.rows)} rows of generation ${measure.generation} too`,
  );
  if (generation !== manifest.generation) return differences;
  const measure = measures.find((found) => found.generation === generation);
  return [...differences, ...compareMeasure(place, measure, manifest)];
}

function compareMeasure(place: string, measure: DayMeasure | undefined, manifest: Manifest): string[] {
  const rows = measure?.rows ?? 0;
  if (rows !== manifest.balance.written) {
    return [
      `${place} has ${formatCount(rows)} rows, the manifest says ${formatCount(manifest.balance.written)}`,
    ];
  }
  if (measure === undefined) return [];
  const differences: string[] = [];
  if (measure.checksum !== manifest.checksum) {
    differences.push(`${place} has as many rows as the manifest, but others: checksum ${measure.checksum}`);
  }
  for (const [column, count] of Object.entries(manifest.nonNull)) {
    const found = measure.nonNull[column] ?? 0;
    if (found === count) continue;
    differences.push(
      `${place}: ${formatCount(found)} values in ${column}, the manifest says ${formatCount(count)}`,
    );
  }
  return differences;
}
