import { createDoubleClock, type DoubleClock } from "../snowflake/clock.ts";
import { createLimitDesk, documentedLimits, type LimitDesk, type Limits } from "./limits.ts";
import { createJobRoutes } from "./rest/jobs.ts";
import { createStorageRoutes } from "./rest/storage.ts";
import { createTableRoutes } from "./rest/tables.ts";
import { type GoogleServer, startGoogleServer } from "./server.ts";
import { type AwsProvider, createAwsExchangeRoute, type SignedCall } from "./tokens/aws-exchange.ts";
import { createTokenDesk, type TokenDesk } from "./tokens/desk.ts";
import { type Creators, createImpersonationRoute } from "./tokens/impersonation.ts";
import { createJwtBearerRoute, type ServiceAccount } from "./tokens/jwt-bearer.ts";
import { type BigQueryWorld, createWorld } from "./world.ts";

export interface BigQueryDoubleOptions {
  /** Left out: the machine's time, moved on by `clock.advance`. */
  clock?: DoubleClock;
  limits?: Limits;
  /** By e-mail. */
  accounts?: Map<string, ServiceAccount>;
  /** Left out: nobody comes from AWS. */
  awsProvider?: AwsProvider;
  creators?: Creators;
}

export interface BigQueryDouble extends GoogleServer {
  clock: DoubleClock;
  world: BigQueryWorld;
  tokens: TokenDesk;
  limits: LimitDesk;
  accounts: Map<string, ServiceAccount>;
  awsProvider: AwsProvider;
  creators: Creators;
  /** What AWS requests were handed in for tokens, as they were signed. */
  signedCalls: SignedCall[];
}

const noProvider = (): AwsProvider => ({ audience: "", keys: new Map() });

/** BigQuery, Cloud Storage and Google's token endpoints on one port of this machine; see README.md. */
export async function startBigQueryDouble(options: BigQueryDoubleOptions = {}): Promise<BigQueryDouble> {
  const { clock = createDoubleClock(), accounts = new Map(), creators = new Map() } = options;
  const { awsProvider = noProvider() } = options;
  const signedCalls: SignedCall[] = [];
  const world = createWorld(clock);
  const tokens = createTokenDesk(clock);
  const limits = createLimitDesk(options.limits ?? documentedLimits, clock);
  const routes = [
    ...createTableRoutes(world),
    ...createJobRoutes(world),
    ...createStorageRoutes(world),
    createJwtBearerRoute(accounts, tokens, clock),
    createAwsExchangeRoute(awsProvider, tokens, clock, signedCalls),
    createImpersonationRoute(creators, tokens),
  ];
  const server = await startGoogleServer({ routes, limits, readPrincipal: tokens.readPrincipal });
  const close = async () => {
    clock.close();
    await server.close();
  };
  return { ...server, clock, world, tokens, limits, accounts, awsProvider, creators, signedCalls, close };
}
