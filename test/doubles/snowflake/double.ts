import { createDoubleClock, type DoubleClock } from "./clock.ts";
import { createExecutor } from "./executor.ts";
import { createFaultPlan, type FaultPlan } from "./faults.ts";
import { createCatalog } from "./model/catalog.ts";
import { openModelDatabase } from "./model/database.ts";
import { createLocks } from "./model/locks.ts";
import { createStorage, type Mount } from "./model/stages.ts";
import { createTurns, type World } from "./model/world.ts";
import { createQueries, type Query } from "./protocol/queries.ts";
import type { Desk } from "./protocol/routes.ts";
import { type FaultHands, type LogEntry, startServer } from "./protocol/server.ts";
import { createSessions, type Session, type Sessions } from "./protocol/sessions.ts";
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

async function createWorld(options: DoubleOptions): Promise<World> {
  const clock = createDoubleClock();
  let lastId = 0;
  const world: World = {
    clock,
    database: await openModelDatabase(),
    catalog: createCatalog(),
    storage: createStorage(options.mounts),
    locks: createLocks(clock),
    account: {
      warehouses: new Map((options.warehouses ?? []).map((name) => [name, "available"])),
      integrations: new Map(),
      databases: new Set(options.databases ?? []),
      roles: new Set(options.roles ?? []),
      hidden: new Set(),
      readOnly: new Set(),
    },
    choices: {
      waiterSees: "after",
      afterAbort: "refuse",
      fileNames: "bucket",
      refreshUnchanged: "nothing",
      copyKnown: "nothing",
    },
    footers: new Map(),
    clients: new Map(),
    maxValueBytes: options.maxValueBytes ?? 16_777_216,
    inTurn: createTurns(),
    nextId: () => ++lastId,
    executed: [],
  };
  furnish(world, options);
  return world;
}

/** Stage and file format as `bootstrap` would have left them. */
function furnish({ catalog, account }: World, { stages = [], fileFormats = [] }: DoubleOptions): void {
  const place = (text: string) => {
    const [database, schema, name] = text.split(".") as [string, string, string];
    account.databases.add(database);
    catalog.schemas.add(JSON.stringify([database, schema]));
    return [database, schema, name] as const;
  };
  for (const { name, url } of stages)
    catalog.put({ kind: "stage", name: place(name), url, integration: null });
  for (const name of fileFormats) catalog.put({ kind: "file format", name: place(name) });
}

/** Those that the driver acts on, with Snowflake's defaults; but times are UTC's. */
const defaultParameters = {
  CLIENT_SESSION_KEEP_ALIVE: false,
  CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: 65_280,
  TIMEZONE: "UTC",
  BINARY_OUTPUT_FORMAT: "HEX",
  DATE_OUTPUT_FORMAT: "YYYY-MM-DD",
  TIME_OUTPUT_FORMAT: "HH24:MI:SS",
  TIMESTAMP_OUTPUT_FORMAT: "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM",
  TIMESTAMP_LTZ_OUTPUT_FORMAT: "",
  TIMESTAMP_NTZ_OUTPUT_FORMAT: "YYYY-MM-DD HH24:MI:SS.FF3",
  TIMESTAMP_TZ_OUTPUT_FORMAT: "",
};

function createDesk(world: World, sessions: Sessions, options: DoubleOptions): Desk {
  const executor = createExecutor(world);
  const renderParameters = (session: Session) => {
    const all = { ...defaultParameters, ...Object.fromEntries(session.parameters) };
    return Object.entries(all).map(([name, value]) => ({ name, value }));
  };
  const describeSession = (session: Session) => ({ ...session, parameters: renderParameters(session) });
  return {
    users: options.users,
    sessions,
    executor,
    queries: createQueries({ executor, clock: world.clock, describeSession }),
    answerWithinMs: options.answerWithinMs ?? 45_000,
    signInSkewMs: options.signInSkewMs ?? 0,
    renderParameters,
  };
}

function createHands(world: World, sessions: Sessions, desk: Desk): FaultHands {
  return {
    async lose(session) {
      sessions.close(session);
      desk.queries.abortAll(session);
      await desk.executor.end(session);
    },
    strand(session) {
      sessions.close(session);
      const client = world.clients.get(session.id);
      if (client !== undefined) client.idleSinceMs = world.clock.now();
    },
    expire(session) {
      session.tokenUntilMs = 0;
    },
  };
}
