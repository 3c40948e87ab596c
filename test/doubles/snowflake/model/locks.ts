import type { DoubleClock } from "../clock.ts";
import { SnowflakeError } from "../errors.ts";

/** Documented: a transaction that is idle for so long ends where it keeps somebody waiting, ms. */
export const idleBlockerMs = 5 * 60_000;

/** How many statements may wait for one table (error 000625). */
export const maxWaiters = 20;

/** Who holds locks: one transaction. */
export interface LockOwner {
  /** Since when nothing of it runs, ms; null while something does. */
  idleSinceMs(): number | null;
  /** Rolls it back, and gives its locks back. */
  abort(): void;
}

interface Waiter {
  owner: LockOwner;
  grant(): void;
}

interface Lock {
  holder: LockOwner;
  waiters: Waiter[];
}

export interface Locks {
  /** @returns whether it had to wait. @throws SnowflakeError; the signal's reason */
  take(owner: LockOwner, table: string, timeoutMs: number, signal: AbortSignal): Promise<boolean>;
  release(owner: LockOwner): void;
  /** Tables with their holders: what SHOW LOCKS would say. */
  held(): string[];
  waiting(table: string): number;
}

export function createLocks(clock: DoubleClock): Locks {
  const locks = new Map<string, Lock>();
  return {
    async take(owner, table, timeoutMs, signal) {
      const lock = locks.get(table);
      if (lock === undefined) locks.set(table, { holder: owner, waiters: [] });
      if (lock === undefined || lock.holder === owner) return false;
      refuseMany(lock, table);
      refuseDeadlock(locks, owner, lock);
      await wait(clock, lock, owner, table, timeoutMs, signal);
      return true;
    },
    release(owner) {
      for (const [table, lock] of locks) {
        if (lock.holder !== owner) continue;
        const next = lock.waiters.shift();
        if (next === undefined) locks.delete(table);
        else {
          lock.holder = next.owner;
          next.grant();
        }
      }
    },
    held: () => [...locks.keys()],
    waiting: (table) => locks.get(table)?.waiters.length ?? 0,
  };
}

function refuseMany(lock: Lock, table: string): void {
  if (lock.waiters.length < maxWaiters) return;
  const text = `Statement has locked table '${table}' in a transaction and this lock has not yet been released.\nYour statement was aborted because the number of waiters for this lock exceeds the ${maxWaiters} statements limit.`;
  throw new SnowflakeError("too many waiters", text);
}

/** Documented: the statement that closes the circle is the victim; its transaction stays open. */
function refuseDeadlock(locks: ReadonlyMap<string, Lock>, owner: LockOwner, wanted: Lock): void {
  const seen = new Set<LockOwner>();
  for (let holder: LockOwner | undefined = wanted.holder; holder !== undefined && !seen.has(holder); ) {
    if (holder === owner)
      throw new SnowflakeError("deadlock", "Your statement was aborted because a deadlock was detected.");
    seen.add(holder);
    const waiting: LockOwner = holder;
    holder = [...locks.values()].find(({ waiters }) =>
      waiters.some((waiter) => waiter.owner === waiting),
    )?.holder;
  }
}

function wait(
  clock: DoubleClock,
  lock: Lock,
  owner: LockOwner,
  table: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopWatching: () => void = () => {};
    const end = (finish: () => void) => {
      forgetTimeout();
      stopWatching();
      signal.removeEventListener("abort", onAbort);
      lock.waiters = lock.waiters.filter((one) => one !== waiter);
      finish();
    };
    const onAbort = () => end(() => reject(signal.reason));
    const waiter: Waiter = { owner, grant: () => end(resolve) };
    const forgetTimeout = clock.at(clock.now() + timeoutMs, () =>
      end(() => reject(buildTimeout(table, timeoutMs))),
    );
    signal.addEventListener("abort", onAbort, { once: true });
    lock.waiters.push(waiter);
    // Last: it may grant the lock at once.
    stopWatching = watchHolder(clock, lock, waiter);
  });
}

function buildTimeout(table: string, timeoutMs: number): SnowflakeError {
  const text = `Statement has locked table '${table}' in a transaction and this lock has not yet been released.\nYour statement was aborted because the lock timeout of ${timeoutMs / 1000} second(s) has passed.`;
  return new SnowflakeError("lock timeout", text);
}

/** Ends holders that stay idle while somebody waits, one after the other. @returns stops it */
function watchHolder(clock: DoubleClock, lock: Lock, waiter: Waiter): () => void {
  let forget: () => void = () => {};
  const look = () => {
    if (!lock.waiters.includes(waiter)) return;
    const { holder } = lock;
    const sinceMs = holder.idleSinceMs();
    if (sinceMs !== null && clock.now() - sinceMs >= idleBlockerMs) return holder.abort();
    forget = clock.at((sinceMs ?? clock.now()) + idleBlockerMs, look);
  };
  look();
  return () => forget();
}
