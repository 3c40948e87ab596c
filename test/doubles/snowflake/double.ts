import type { DoubleClock } from "./clock.ts";
import { createDesk, createHands } from "./create-desk.ts";
import { createWorld } from "./create-world.ts";
import { createFaultPlan, type FaultPlan } from "./faults.ts";
import type { Mount } from "./model/stages.ts";
import type { World } from "./model/world.ts";
import type { Query } from "./protocol/queries.ts";
import { type LogEntry, startServer } from "./protocol/server.ts";
import { createSessions, type Sessions } from "./protocol/sessions.ts";
import type { Users } from "./protocol/sign-in.ts";

export interface DoubleOptions {
  /** By upper-case name. */
  users: Users;
  /** Buckets, by URL, as folders of this machine. */
  mounts: Mount[];
  /** What there is at the start: upper-case names. Stages and file formats are `DB.SCHEMA.NAME`. */
  databases?: string[];
  warehouses?: string[];
  roles?: string[];
  /** `DB.SCHEMA.NAME`. */
  maskingPolicies?: string[];
  stages?: { name: string; url: string }[];
  fileFormats?: string[];
  /** How long a request waits before it is told to ask again, ms; Snowflake's is 45 s. */
  answerWithinMs?: number;
  /** How far ahead of this machine's clock the one is that checks sign-ins, ms. */
  signInSkewMs?: number;
  /** Longest text or VARIANT, bytes. */
  maxValueBytes?: number;
}

export interface SnowflakeDouble {
  /** `http://127.0.0.1:<port>`: the driver's `accessUrl`. */
  url: string;
  faults: FaultPlan;
  clock: DoubleClock;
  /** Every request, in order. */
  log: LogEntry[];
  /** Every statement that was begun, in order; sent twice, begun once. */
  queries(): Query[];
  /** What nobody can tell of the real service, what may be used, and what was executed. */
  world: World;
  sessions: Sessions;
  /** Session tokens run out: 390112 until they are renewed; `all`: so do those that renew (390114). */
  expireTokens(which?: "all"): void;
  close(): Promise<void>;
}

/** Starts a Snowflake of one account on a free port of 127.0.0.1. */
export async function startSnowflake(options: DoubleOptions): Promise<SnowflakeDouble> {
  const world = await createWorld(options);
  const sessions = createSessions(world.clock);
  const faults = createFaultPlan();
  const desk = createDesk(world, sessions, options);
  const server = await startServer(desk, faults, createHands(world, sessions, desk));
  return {
    url: `http://127.0.0.1:${server.port}`,
    faults,
    clock: world.clock,
    log: server.log,
    queries: desk.queries.all,
    world,
    sessions,
    expireTokens(which) {
      for (const session of sessions.all()) {
        session.tokenUntilMs = 0;
        if (which === "all") session.masterUntilMs = 0;
      }
    },
    async close() {
      for (const query of desk.queries.all()) query.abort.abort();
      await server.close();
      await Promise.allSettled(desk.queries.all().map(({ done }) => done));
      for (const { session } of [...world.clients.values()]) await desk.executor.end(session);
      world.clock.close();
      await world.database.close();
    },
  };
}
