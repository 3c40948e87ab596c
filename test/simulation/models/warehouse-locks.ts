import { buildFault, type Kernel, type Work } from "../kernel/types.ts";

/** What DELETE, MERGE and UPDATE lock until their transaction ends. INSERT, COPY and SELECT lock nothing. */
export type LockName = "hot" | "ledger" | "lock row";

/** LOCK_TIMEOUT of a session, ms. */
export const lockTimeoutMs = 30 * 60_000;

export interface Locks {
  /**
   * @returns whether it had to wait
   * @throws ShardliftError `outside`, retryable, after `lockTimeoutMs`
   */
  take(owner: object, table: string, lock: LockName): Work<boolean>;
  /** Gives back all that the owner holds. */
  release(owner: object): void;
  isTaken(table: string, lock: LockName): boolean;
}

export function createLocks(kernel: Kernel): Locks {
  const holders = new Map<string, object>();
  const isFree = (name: string, owner: object) => (holders.get(name) ?? owner) === owner;
  return {
    *take(owner, table, lock) {
      const name = `${table} ${lock}`;
      const giveUpAtMs = kernel.nowMs() + lockTimeoutMs;
      const hasToWait = !isFree(name, owner);
      if (hasToWait) {
        const what = `the lock of ${name}`;
        const came = yield { on: "condition", what, isReady: () => isFree(name, owner), giveUpAtMs };
        if (!came) throw buildFault(`waited too long for ${what}`);
      }
      holders.set(name, owner);
      return hasToWait;
    },
    release(owner) {
      for (const [name, holder] of holders) if (holder === owner) holders.delete(name);
    },
    isTaken: (table, lock) => holders.has(`${table} ${lock}`),
  };
}
