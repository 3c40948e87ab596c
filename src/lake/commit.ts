import type { Day } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import { isSameVersion, type SourceVersion } from "../days/shards.ts";
import type { GenerationReport, ObjectStore } from "../ports.ts";
import { buildLateError, type CommitOutcome } from "./commit-outcome.ts";
import { createPutPatience, tryPut } from "./conditional-put.ts";
import { isInHistory, renderHead } from "./head.ts";
import { readHead } from "./heads.ts";
import { judgeSwap } from "./judge-swap.ts";
import { headKey } from "./keys.ts";
import { buildManifest } from "./manifest.ts";
import { commitToHead } from "./transitions.ts";
import type { Manifest, StoredHead } from "./types.ts";
import { type CountRows, verifyGeneration } from "./verify-generation.ts";
import { withdrawGeneration } from "./withdraw-generation.ts";
import { writeManifest } from "./write-manifest.ts";

export interface CommitInput {
  store: ObjectStore;
  pipeline: string;
  family: FamilyName;
  day: Day;
  /** The head as it was before the source was looked at; null: the day had none. */
  before: StoredHead | null;
  /** What the writer says it wrote, after it has ended for good. */
  report: GenerationReport;
  /** The version that was read. */
  source: SourceVersion;
  rulesDigest: string;
  formula: number;
  /** Looks at the source again; null for a snapshot read, whose rows cannot have moved. */
  recheckSource: (() => Promise<SourceVersion | null>) | null;
  /** Reads the files' footers; null where the engine that wrote them has done so. */
  countRows: CountRows | null;
  /** When the attempt began, ms by the store's clock. */
  startedAtMs: number;
  keepMs: number;
  /** Whether policy keeps the day in the hot table. */
  toBeLoaded: boolean;
  /** Waits before asking again after the n-th fault. */
  pause(fault: number): Promise<void>;
}

/**
 * Makes a written generation the day's current one (design, section 5, rules 2 and 3). Whatever the outcome but
 * `committed`, the generation's objects are gone again, or left to `repair` where others may be about to commit them
 * (see `withdrawGeneration`). Where it rejects, they stay for `repair`: the reason may be worth a look, and a swap
 * without an answer may still take effect. Each follower of a run calls it once for each generation; after a
 * rejection plan the day anew.
 */
export async function commitGeneration(input: CommitInput): Promise<CommitOutcome> {
  const { store, pipeline, family, day, report } = input;
  if (input.before?.head.hold) return withdrawUntried(input, { outcome: "held", head: input.before.head });
  await verifyGeneration(store, pipeline, family, day, report, input.countRows);
  const moved = await findMovedSource(input);
  if (moved !== null) return withdrawUntried(input, moved);
  const nowMs = await readTimely(input);
  // Followers of one run commit one generation with one manifest: no byte of it may depend on who writes it.
  const createdAtMs = report.startedAtMs ?? nowMs;
  const { source, rulesDigest, formula } = input;
  const manifest = buildManifest(
    { pipeline, family, day, source, rulesDigest, formula, createdAtMs },
    report,
  );
  await writeManifest(store, manifest, input.pause);
  return swapIn(input, manifest);
}

async function findMovedSource(input: CommitInput): Promise<CommitOutcome | null> {
  if (input.recheckSource === null) return null;
  const found = await input.recheckSource();
  const same = found !== null && isSameVersion(input.source, found);
  return same ? null : { outcome: "source-moved", found };
}

/**
 * Age counts from whoever began first, the attempt or its writer: a run may be joined long after it began.
 * @returns the store's time; rejects once half of `keep` has passed: repair may take us for dead from then on
 */
async function readTimely({ store, day, report, startedAtMs, keepMs }: CommitInput): Promise<number> {
  const nowMs = await store.now();
  const ageMs = nowMs - Math.min(startedAtMs, report.startedAtMs ?? startedAtMs);
  if (ageMs < keepMs / 2) return nowMs;
  throw buildLateError(day, report.generation, ageMs, keepMs);
}

async function swapIn(input: CommitInput, manifest: Manifest): Promise<CommitOutcome> {
  const { store, pipeline, family, day } = input;
  const key = headKey(pipeline, family, day);
  const persist = createPutPatience(key, input.pause);
  let before = input.before;
  for (;;) {
    const head = commitToHead(before?.head ?? null, manifest, await readTimely(input), input.toBeLoaded);
    const condition = before === null ? { ifAbsent: true as const } : { ifMatch: before.etag };
    const answer = await tryPut(store, key, renderHead(head), condition);
    if (answer.put === true) return { outcome: "committed", stored: { head, etag: answer.etag }, manifest };
    const seen = await readHead(store, pipeline, family, day);
    const verdict = judgeSwap(before, seen, manifest);
    if (verdict !== "try again") return verdict.outcome === "committed" ? verdict : withdraw(input, verdict);
    await persist(answer);
    before = seen;
  }
}

/** Before any swap was tried; still, only a generation in no history is deleted. */
async function withdrawUntried(input: CommitInput, outcome: CommitOutcome): Promise<CommitOutcome> {
  const seen = await readHead(input.store, input.pipeline, input.family, input.day);
  if (seen !== null && isInHistory(seen.head, input.report.generation)) return outcome;
  return withdraw(input, outcome);
}

async function withdraw(input: CommitInput, outcome: CommitOutcome): Promise<CommitOutcome> {
  const { store, pipeline, family, day, report } = input;
  // The outcome stands whether or not this succeeds; repair takes what stays.
  await withdrawGeneration(store, pipeline, family, day, report).catch(() => {});
  return outcome;
}
