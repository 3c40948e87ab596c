/** Builders for the lake's tests: each names only what differs. */
import type { Day } from "../../src/days/day.ts";
import { type CommitInput, commitGeneration } from "../../src/lake/commit.ts";
import type { CommitOutcome } from "../../src/lake/commit-outcome.ts";
import { renderHead } from "../../src/lake/head.ts";
import { readHead } from "../../src/lake/heads.ts";
import { headKey, parseGenerationKey } from "../../src/lake/keys.ts";
import { commitToHead } from "../../src/lake/transitions.ts";
import type { Head, Manifest, StoredHead } from "../../src/lake/types.ts";
import type { GenerationReport, ObjectStore } from "../../src/ports.ts";

export const pipeline = "web-shop";
export const family = "ga4_events" as const;
export const day = "2026-11-20" as Day;
export const hourMs = 3_600_000;
export const keepMs = 24 * hourMs;

export const bytes = (text: string) => new TextEncoder().encode(text);

export function buildSource(over: Partial<Manifest["source"]> = {}): Manifest["source"] {
  return {
    table: "events_20261120",
    kind: "daily",
    modified: "1",
    rows: 10,
    bytes: 1000,
    etag: null,
    content: null,
    ...over,
  };
}

export function buildManifestOf(generation: string, over: Partial<Manifest> = {}): Manifest {
  return {
    formatVersion: 1,
    pipeline,
    family,
    day,
    generation,
    source: buildSource({ modified: `of ${generation}` }),
    rulesDigest: "rules",
    formula: 1,
    engine: { name: "duckdb", version: "1.5.5" },
    files: [
      {
        key: `web-shop/ga4_events/day=2026-11-20/generation=${generation}/${generation}-00000.parquet`,
        bytes: 4,
        rows: 7,
      },
    ],
    duplicatesFiles: [],
    balance: { source: 10, written: 7, duplicates: { exact: 1, conflicting: 1 }, filtered: 1 },
    checksum: "12345678901234567890",
    nonNull: { event_id: 7 },
    columns: [{ name: "event_id", type: "STRING", mode: "NULLABLE" }],
    createdAtMs: 1,
    ...over,
  };
}

/** A head that these generations became current in, each at its time (ms). */
export function buildHeadOf(...commits: readonly (readonly [generation: string, atMs: number])[]): Head {
  let head: Head | null = null;
  for (const [generation, atMs] of commits)
    head = commitToHead(head, buildManifestOf(generation), atMs, true);
  if (head === null) throw new Error("a head has a generation");
  return head;
}

/** A day that all three readers confirmed at the head's generation. */
export function withAllReached(head: Head): Head {
  const reached = { generation: head.generation, sequence: head.sequence, atMs: head.sequence };
  return { ...head, reached: { catalog: reached, hot: reached, cold: reached } };
}

export async function storeHead(store: ObjectStore, head: Head): Promise<StoredHead> {
  const key = headKey(pipeline, family, head.day);
  const known = await store.get(key);
  const result = await store.put(key, renderHead(head), known ? { ifMatch: known.etag } : { ifAbsent: true });
  if (!result.put) throw new Error("the head moved");
  return { head, etag: result.etag };
}

/** Everything a store holds, as key → text. */
export async function readAll(store: ObjectStore): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for await (const { key } of store.list("")) {
    all[key] = new TextDecoder().decode((await store.get(key))!.body);
  }
  return all;
}

/** Writes a generation's files as an engine would and reports them. */
export async function writeGeneration(
  store: ObjectStore,
  generation: string,
  over: Partial<GenerationReport> = {},
): Promise<GenerationReport> {
  const { engine, files, duplicatesFiles, balance, checksum, nonNull, columns } = buildManifestOf(generation);
  for (const { key } of files) await store.put(key, bytes("rows"), { ifAbsent: true });
  const told = { generation, engine, files, duplicatesFiles, balance, checksum, nonNull, columns };
  return { ...told, startedAtMs: null, ...over };
}

/** A commit of a generation whose source has not moved, begun just now. */
export function buildCommit(
  store: ObjectStore,
  before: StoredHead | null,
  report: GenerationReport,
  over: Partial<CommitInput> = {},
): CommitInput {
  const source = buildSource({ modified: `of ${report.generation}` });
  return {
    store,
    pipeline,
    family,
    day,
    before,
    report,
    source,
    rulesDigest: "rules",
    formula: 1,
    recheckSource: async () => source,
    countRows: async (files) => files.map((file) => file.rows),
    startedAtMs: 0,
    keepMs,
    toBeLoaded: true,
    pause: async () => {},
    ...over,
  };
}

/** Writes and commits in one go. */
export async function commit(
  store: ObjectStore,
  generation: string,
  over: Partial<CommitInput> = {},
): Promise<CommitOutcome> {
  const before = await readHead(store, pipeline, family, day);
  const startedAtMs = await store.now();
  const report = await writeGeneration(store, generation);
  return commitGeneration(buildCommit(store, before, report, { startedAtMs, ...over }));
}

/** Generations of which anything is in the lake: those with a manifest, with data, and the head's own history. */
export async function readGenerations(store: ObjectStore) {
  const found = { data: new Set<string>(), manifest: new Set<string>(), duplicates: new Set<string>() };
  for await (const { key } of store.list("")) {
    const parsed = parseGenerationKey(pipeline, family, key);
    if (parsed !== null) found[parsed.part].add(parsed.generation);
  }
  const stored = await readHead(store, pipeline, family, day);
  return {
    data: [...found.data],
    manifests: [...found.manifest],
    duplicates: [...found.duplicates],
    history: [...new Set(stored?.head.history.map((entry) => entry.generation) ?? [])],
    current: stored?.head.generation ?? null,
  };
}
