import type { DoubleClock } from "../clock.ts";
import type { Catalog } from "./catalog.ts";
import type { Client } from "./clients.ts";
import type { ModelDatabase } from "./database.ts";
import type { FooterCache } from "./files.ts";
import type { Locks } from "./locks.ts";
import type { Storage } from "./stages.ts";

/** What nobody could tell of the real service, as a test may choose it. */
export interface Choices {
  /** What DELETE, UPDATE and MERGE see that waited for a lock. */
  waiterSees: "before" | "after";
  /** What statements do after the server ended their transaction: fail until ROLLBACK, or run in autocommit. */
  afterAbort: "refuse" | "autocommit";
  /** How EXTERNAL_TABLE_FILES names files: below the bucket, or below the table's location. */
  fileNames: "bucket" | "location";
  /** What COPY without FORCE says of a file that was loaded before. */
  copyKnown: "nothing" | "LOAD_SKIPPED";
  /** How COPY names a file: by its URL, or by its path below the stage. */
  copyFile: "url" | "path";
  /** What REFRESH says of a file that is registered and has not changed. */
  refreshUnchanged: "nothing" | "REGISTER_SKIPPED";
  /** Which registered files our counts open: those of the days that their condition names, or all. */
  opens: "named days" | "all files";
}

/** What there is in the account beside databases, and what of it may not be used. Names are upper-case. */
export interface Account {
  /** `suspended`: it does not resume (AUTO_RESUME off, or a resource monitor). */
  warehouses: Map<string, "available" | "suspended">;
  integrations: Map<string, { roleArn: string; locations: string[] }>;
  databases: Set<string>;
  roles: Set<string>;
  users: Set<string>;
  /** Printed names. */
  maskingPolicies: Set<string>;
  /** Printed names that the role may not see: as if they were not there. */
  hidden: Set<string>;
  /** Printed names of tables that the role may only read. */
  readOnly: Set<string>;
}

/** All that the double consists of, beside the wire. */
export interface World {
  clock: DoubleClock;
  database: ModelDatabase;
  catalog: Catalog;
  storage: Storage;
  locks: Locks;
  account: Account;
  choices: Choices;
  footers: FooterCache;
  clients: Map<string, Client>;
  /** Longest text or VARIANT that a row takes, bytes. */
  maxValueBytes: number;
  /** Whatever changes committed rows or definitions, one after the other. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  nextId(): number;
  /** Names of the statements that were executed, in order; `question` where somebody asked in SQL of their own. */
  executed: string[];
}

export function createTurns(): World["inTurn"] {
  let tail: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = tail.then(work, work);
    tail = mine.catch(() => {});
    return mine;
  };
}
