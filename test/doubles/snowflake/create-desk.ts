import type { DoubleOptions } from "./double.ts";
import { createExecutor } from "./executor.ts";
import type { World } from "./model/world.ts";
import { createQueries } from "./protocol/queries.ts";
import type { Desk } from "./protocol/routes.ts";
import type { FaultHands } from "./protocol/server.ts";
import type { Session, Sessions } from "./protocol/sessions.ts";

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

/** What answers requests. */
export function createDesk(world: World, sessions: Sessions, options: DoubleOptions): Desk {
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

/** What faults do to sessions. */
export function createHands(world: World, sessions: Sessions, desk: Desk): FaultHands {
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
