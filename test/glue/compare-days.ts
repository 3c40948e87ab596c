import { expect } from "vitest";
import { openDatabase } from "../../src/adapters/duckdb/database.ts";
import { createDuckDbEngine } from "../../src/adapters/duckdb/engine.ts";
import type { DayExtract, GenerationReport, LakeFile, ObjectStore } from "../../src/ports.ts";
import { literal } from "../../src/sql/render.ts";
import { type EngineWorld, nowMs } from "../adapters/duckdb/engine-world.ts";
import { runScript, type ScriptInput } from "./run-script.ts";

export const hashKey = "a key that is longer than one block of SHA-256, which has 64 bytes, by a little";

/** A day as both engines lifted it. */
export interface BothReports {
  extract: DayExtract;
  ours: GenerationReport;
  theirs: GenerationReport;
}

/** Lifts the days on both engines, into one lake: their generations differ. */
export async function liftBoth(
  world: EngineWorld,
  days: readonly DayExtract[],
  args: ScriptInput["args"] = {},
): Promise<BothReports[]> {
  const told = { args: { hash_key: "env:HASH_KEY", ...args }, env: { HASH_KEY: hashKey } };
  const [ours, ended] = await Promise.all([runEngine(world, days), runScript({ ...world, days, ...told })]);
  return days.map((extract, index) => {
    const report = ended.reports[index];
    if (report?.outcome !== "written") throw new Error(`${JSON.stringify(report)}\n${ended.stderr}`);
    return { extract, ours: ours[index]!, theirs: report.report };
  });
}

async function runEngine(world: EngineWorld, days: readonly DayExtract[]): Promise<GenerationReport[]> {
  let runs = 0;
  const engine = createDuckDbEngine({
    memoryBytes: 1_000_000_000,
    threads: 2,
    fileBytes: 400_000_000,
    spill: null,
    store: world.store,
    clock: { now: () => nowMs, sleep: async () => {} },
    randomHex: (length) => String(++runs).padStart(length, "0"),
    readHashKey: async () => Buffer.from(hashKey),
  });
  const reports: GenerationReport[] = [];
  const context = { signal: new AbortController().signal, onRows: () => {} };
  for await (const outcome of engine.extract(days, context)) {
    if ("error" in outcome) throw outcome.error;
    reports.push(outcome.report);
  }
  return reports;
}

/** What must be equal of two reports, whoever wrote the files and however they are cut. */
export function pickFacts({ balance, checksum, nonNull, columns }: GenerationReport) {
  return { balance, checksum, nonNull, columns };
}

/** Files of the same days from both engines. */
export interface FilePair {
  ours: readonly LakeFile[];
  theirs: readonly LakeFile[];
}

/**
 * Compares rows both ways, by all columns but the generation's id (the day is one of them), and columns by name and
 * type.
 * @param sets files of one set have the same columns
 */
export async function compareFiles(store: ObjectStore, sets: readonly FilePair[]) {
  const database = await openDatabase({ threads: 2 });
  const total = { rows: 0, onlyOurs: 0, onlyTheirs: 0, otherColumns: 0 };
  const count = async (sql: string) =>
    Number((await database.rows(`SELECT count(*) AS n FROM (${sql})`))[0]!.n);
  const describe = async (sql: string) => JSON.stringify(await database.rows(`DESCRIBE ${sql}`));
  for (const { ours, theirs } of sets) {
    if (ours.length === 0 && theirs.length === 0) continue;
    const [a, b] = [renderSelect(store, ours), renderSelect(store, theirs)];
    total.rows += await count(a);
    total.onlyOurs += await count(`${a} EXCEPT ALL ${b}`);
    total.onlyTheirs += await count(`${b} EXCEPT ALL ${a}`);
    total.otherColumns += (await describe(a)) === (await describe(b)) ? 0 : 1;
  }
  database.close();
  return total;
}

/**
 * Whole reports and whole rows; `rows` must have been looked at.
 * @returns how many were compared
 */
export async function expectEqual(
  world: EngineWorld,
  days: readonly BothReports[],
  rows: number,
): Promise<number> {
  expect(days.map(({ theirs }) => pickFacts(theirs))).toEqual(days.map(({ ours }) => pickFacts(ours)));
  const found = await compareFiles(world.store, gatherFiles(days));
  expect(found).toEqual({ rows, ...same });
  return found.rows;
}

export const same = { onlyOurs: 0, onlyTheirs: 0, otherColumns: 0 };

/** All files of days with the same columns together: to open a wide file takes longer than to read it. */
function gatherFiles(days: readonly BothReports[]): FilePair[] {
  const sets = new Map<string, { ours: LakeFile[]; theirs: LakeFile[] }>();
  const add = (name: string, ours: readonly LakeFile[], theirs: readonly LakeFile[]) => {
    const set = sets.get(name) ?? { ours: [], theirs: [] };
    sets.set(name, { ours: [...set.ours, ...ours], theirs: [...set.theirs, ...theirs] });
  };
  for (const { ours, theirs } of days) {
    add(`rows ${JSON.stringify(ours.columns)}`, ours.files, theirs.files);
    add(`removed ${JSON.stringify(ours.columns)}`, ours.duplicatesFiles, theirs.duplicatesFiles);
  }
  return [...sets.values()];
}

function renderSelect(store: ObjectStore, files: readonly LakeFile[]): string {
  const paths = files.map(({ key }) => literal(store.localPath(key)!).sql).join(", ");
  return `SELECT * EXCLUDE (_generation) FROM read_parquet([${paths}], hive_partitioning = false)`;
}
