import pMap from "p-map";
import { intentFreshMs } from "../days/request-life.ts";
import { generationPrefix } from "../lake/keys.ts";
import { swapHead } from "../lake/swap-head.ts";
import { declareIntent, endIntents, isCatalogSettled, markReached } from "../lake/transitions.ts";
import type { Head, Manifest, PointingIntent, StoredHead } from "../lake/types.ts";
import type { DayPlan } from "../plan/types.ts";
import type { Catalog, PartitionFault } from "../ports.ts";
import type { TaskContext } from "./context.ts";
import { buildHeadGone } from "./follow-heads.ts";
import type { PrepareColumns } from "./prepare-columns.ts";
import { requireManifest } from "./require-manifest.ts";
import { isFault, pauseAfter } from "./retry.ts";

/** Heads and manifests under way at once. */
const atOnce = 20;

/** Days pointed by one call, and confirmed before the next ones: what a crash leaves undone stays small. */
const daysPerCall = 100;

/** One day of one family, planned or not. */
export type PointedDay = Pick<DayPlan, "family" | "day">;

export interface PointingInput {
  context: TaskContext;
  catalog: Catalog;
  /** `heads`: a day that its head calls settled is left alone; `nobody`: whoever asks saw the partition itself. */
  believes: "heads" | "nobody";
  /** Grows the catalog's table; remembers what it was asked for. */
  prepare: PrepareColumns;
  /** Called once a day, when nothing more will become of it. */
  settle(planned: PointedDay, outcome: PointingOutcome): void;
}

export type PointingOutcome =
  /** `unanswered`: a request's outcome is unknown, so the intent stays in the head. */
  | { outcome: "done"; head: Head; unanswered: boolean }
  /** Another run did it since this one was planned. */
  | { outcome: "already"; head: Head }
  | { outcome: "failed"; error: unknown };

/** A day that is to be pointed. */
interface Wish {
  planned: PointedDay;
  /** Of its intent. */
  id: string;
  /** Whether the intent was ever declared: from then on nobody else can have settled the day for us. */
  isDeclared: boolean;
  /** Requests that failed or were not answered. */
  faults: number;
}

/** A day with its intent in the head, and the head as it was then: the generation to point at. */
interface Course extends Wish {
  day: PointedDay["day"];
  intent: PointingIntent;
  head: Head;
}

type Target = Course & { manifest: Manifest };

/**
 * Points days of one family at their heads' generations, each until its head stands still (decision:
 * docs/decisions/catalog-intents.md). A day that fails, or is cut short, leaves its intent in the head: once that
 * outlived itself, planning points the day again. Rejects only where the signal ends it.
 */
export async function pointDays(days: readonly PointedDay[], input: PointingInput): Promise<void> {
  for (let from = 0; from < days.length; from += daysPerCall) {
    await pointBatch(days.slice(from, from + daysPerCall), input);
  }
}

async function pointBatch(days: readonly PointedDay[], input: PointingInput): Promise<void> {
  const { randomHex } = input.context.ports;
  let wishes: Wish[] = days.map((planned) => ({ planned, id: randomHex(16), isDeclared: false, faults: 0 }));
  while (wishes.length > 0) wishes = await runRound(wishes, input);
}

/** @returns the days that need another round: their head moved, their intent aged, or nobody answered. */
async function runRound(wishes: readonly Wish[], input: PointingInput): Promise<Wish[]> {
  const courses = await declareIntents(wishes, input);
  const targets = await prepareTargets(courses, input);
  const { fresh, aged } = await splitByAge(targets, input);
  const { pointed, unanswered } = await pointFresh(fresh, input);
  const moved = await confirmPointed(pointed, input);
  const longest = Math.max(0, ...unanswered.map((wish) => wish.faults));
  if (longest > 0) await pauseOf(input.context)(longest);
  return [...aged, ...unanswered, ...moved];
}

/** Step 1: the intents go into the heads, and with the same swap we learn what the heads name. */
async function declareIntents(wishes: readonly Wish[], input: PointingInput): Promise<Course[]> {
  const nowMs = await input.context.ports.store.now();
  return forEachDay(wishes, input, async (wish) => {
    const intent: PointingIntent = { id: wish.id, sinceMs: nowMs };
    const believesHead = !wish.isDeclared && input.believes === "heads";
    const isSettled = (head: Head) => believesHead && isCatalogSettled(head, nowMs);
    const change = (head: Head) => (isSettled(head) ? head : declareIntent(head, intent));
    const { head } = await swap(input.context, wish, change);
    if (head.pointing.some(({ id }) => id === wish.id)) {
      return { ...wish, isDeclared: true, day: wish.planned.day, intent, head };
    }
    input.settle(wish.planned, { outcome: "already", head });
    return null;
  });
}

async function prepareTargets(courses: readonly Course[], input: PointingInput): Promise<Target[]> {
  const targets = await forEachDay(courses, input, async (course) => {
    const manifest = await requireManifest(input.context, course.planned, course.head.generation);
    return { ...course, manifest };
  });
  const { ready, failed } = await input.prepare(targets);
  input.context.signal.throwIfAborted();
  const byDay = new Map(targets.map((target) => [target.day, target]));
  for (const { day, error } of failed) input.settle(byDay.get(day)!.planned, { outcome: "failed", error });
  return ready;
}

/** Nothing is sent under an intent that others may take for over before the request is. */
async function splitByAge(targets: readonly Target[], { context }: PointingInput) {
  if (targets.length === 0) return { fresh: [], aged: [] };
  const nowMs = await context.ports.store.now();
  const isFresh = ({ intent }: Target) => nowMs - intent.sinceMs < intentFreshMs;
  return { fresh: targets.filter(isFresh), aged: targets.filter((target) => !isFresh(target)) };
}

/** Step 2: one call for all. What was not answered may be asked again: pointing twice is harmless under an intent. */
async function pointFresh(targets: readonly Target[], input: PointingInput) {
  const faults = new Map((await callPoint(targets, input)).map(({ day, error }) => [day, error]));
  const pointed = targets.filter(({ day }) => !faults.has(day));
  const unanswered: Wish[] = [];
  for (const target of targets.filter(({ day }) => faults.has(day))) {
    const error = faults.get(target.day);
    const wish = { ...target, faults: target.faults + 1 };
    if (isFault(error) && wish.faults < input.context.environment.retry.attempts) unanswered.push(wish);
    else input.settle(target.planned, { outcome: "failed", error });
  }
  return { pointed, unanswered };
}

async function callPoint(targets: readonly Target[], input: PointingInput): Promise<PartitionFault[]> {
  const [first] = targets;
  if (first === undefined) return [];
  const { context, catalog } = input;
  context.signal.throwIfAborted();
  const { table, family } = first.planned.family;
  const partitions = targets.map(({ day, head }) => ({
    day,
    prefix: generationPrefix(context.pipeline.name, family, day, head.generation),
  }));
  try {
    return await catalog.point(table, partitions);
  } catch (error) {
    context.signal.throwIfAborted();
    return targets.map(({ day }) => ({ day, error }));
  }
}

/** Step 3: the head is told, and our intent taken back, where it still names what we pointed at. */
async function confirmPointed(targets: readonly Target[], input: PointingInput): Promise<Wish[]> {
  const { context } = input;
  return forEachDay(targets, input, async (target) => {
    const atMs = context.ports.clock.now();
    const { head } = await swap(context, target, (found) => confirm(found, target, atMs));
    if (!isSamePosition(head, target.head)) return target;
    input.settle(target.planned, { outcome: "done", head, unanswered: target.faults > 0 });
    return null;
  });
}

function confirm(head: Head, { id, intent, faults, head: pointed }: Target, atMs: number): Head {
  if (!isSamePosition(head, pointed)) return head;
  const { generation, sequence } = pointed;
  const marked = markReached(head, "catalog", { generation, sequence, atMs });
  return endIntents(marked, faults === 0 ? id : null, intent.sinceMs);
}

function isSamePosition(a: Head, b: Head): boolean {
  return a.generation === b.generation && a.sequence === b.sequence;
}

async function swap(
  context: TaskContext,
  { planned: { family, day } }: Wish,
  change: (head: Head) => Head,
): Promise<StoredHead> {
  const { pipeline, ports } = context;
  const stored = await swapHead(ports.store, pipeline.name, family.family, day, change, pauseOf(context));
  if (stored === null) throw buildHeadGone(day);
  return stored;
}

function pauseOf({ environment, ports, signal }: TaskContext): (fault: number) => Promise<void> {
  return pauseAfter({ policy: environment.retry, clock: ports.clock, signal });
}

/** Works on many days at once; one that rejects is settled as failed, one that gives null is settled already. */
async function forEachDay<In extends Wish, Out>(
  wishes: readonly In[],
  { context, settle }: PointingInput,
  work: (wish: In) => Promise<Out | null>,
): Promise<Out[]> {
  const one = async (wish: In): Promise<Out | null> => {
    context.signal.throwIfAborted();
    try {
      return await work(wish);
    } catch (error) {
      context.signal.throwIfAborted();
      settle(wish.planned, { outcome: "failed", error });
      return null;
    }
  };
  const found = await pMap(wishes, one, { concurrency: atOnce });
  return found.filter((out) => out !== null);
}
