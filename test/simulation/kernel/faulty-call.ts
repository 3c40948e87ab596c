import type { FaultPlan } from "./fault-plan.ts";
import type { FaultName } from "./faults.ts";
import type { Random } from "./random.ts";
import { buildFault, type Call, type Process, turn, type Work } from "./types.ts";

/** Longest a throttled port refuses, and longest a late request is under way, ms. */
const throttleMs = 4 * 60_000;
const lateMs = 50 * 60_000;

export interface CallWorld {
  plan: FaultPlan;
  dice: Random;
  nowMs(): number;
  /** Counts a fault and tells the trace. */
  strike(fault: FaultName): void;
  kill(process: Process): void;
  /** Work that acts before everything else once it can. */
  addPunctual(name: string, work: () => Work<void>): void;
}

/** The call as the outside sees it: what goes wrong is chosen when it arrives. */
export function* meetFault<T>(world: CallWorld, process: Process, call: Call<T>): Work<T> {
  if (call.port === "clock") return yield* call.work(null);
  const fault = world.plan.choose(call);
  if (world.plan.isThrottled(call.port, world.nowMs())) throw buildFault("the outside is throttled");
  if (fault !== null && fault !== "crash in the middle") world.strike(fault);
  switch (fault) {
    case "crash before":
      world.kill(process);
      return yield* never();
    case "crash after":
      yield* call.work(null);
      world.kill(process);
      return yield* never();
    case "crash in the middle":
      return yield* cutShort(world, process, call.work(null));
    case "lost answer":
      yield* call.work(null);
      throw buildFault("the answer was lost");
    case "never sent":
      throw buildFault("the request was not answered");
    case "late request":
      addLate(world, call);
      throw buildFault("the request was not answered in time");
    case "duplicate request":
      yield* call.work(null);
      yield turn;
      return yield* call.work(null);
    case "throttled":
      world.plan.throttle(call.port, world.nowMs() + throttleMs * (0.2 + world.dice.next()));
      throw buildFault("the outside is throttled");
    default:
      return yield* call.work(fault);
  }
}

/** Dies at the work's first pause; work without pauses dies after it was done. */
function* cutShort<T>(world: CallWorld, process: Process, work: Work<T>): Work<T> {
  const isWhole = work.next(true).done ?? false;
  world.strike(isWhole ? "crash after" : "crash in the middle");
  world.kill(process);
  if (!isWhole) work.return(undefined as T);
  return yield* never();
}

/** It comes when it comes, before whatever else could happen then: no request lives on beyond its hour. */
function addLate({ addPunctual, dice, nowMs }: CallWorld, call: Call<unknown>): void {
  const untilMs = nowMs() + Math.floor(dice.next() * lateMs);
  addPunctual(`late ${call.port}.${call.method} ${call.detail ?? ""}`, function* () {
    yield { on: "time", untilMs };
    try {
      yield* call.work(null);
    } catch {
      // Nobody listens any more.
    }
  });
}

/** A request that was sent too long after it was signed. */
export function* expire(): Work<never> {
  yield* [];
  throw buildFault("the request's signature has expired");
}

/** A call that is never answered. */
function* never(): Work<never> {
  for (;;) {
    yield { on: "condition", what: "never", isReady: () => false, giveUpAtMs: Number.POSITIVE_INFINITY };
  }
}
