import { ShardliftError } from "../../errors.ts";
import { translateAuthError } from "./auth/auth-errors.ts";
import { createAuthClient } from "./auth/create-auth-client.ts";
import { describeSignIn } from "./auth/describe-sign-in.ts";
import { readPrincipal } from "./auth/read-principal.ts";
import { type AuthClient, type BigQueryClient, loadBigQuery } from "./driver.ts";
import { answerMs, type BigQueryOptions } from "./options.ts";
import { withinTime } from "./within-time.ts";

/** A client with whom it is signed in; the token is in it, and is renewed before it ends. */
export interface SignedIn {
  client: BigQueryClient;
  auth: AuthClient;
}

/** One sign-in for all calls, made when the first one comes. */
export interface WayIn {
  /** Who signed in last, as whoever grants rights names them; null where nobody can tell. */
  principal(): string | null;
  /** Rejects with what is to be done, where there is no token. */
  enter(): Promise<SignedIn>;
  /** The next call signs in anew; no harm where another one has done so already. */
  leave(signedIn: SignedIn): Promise<void>;
}

export function createWayIn(options: BigQueryOptions): WayIn {
  let opening: Promise<SignedIn> | null = null;
  let principal: string | null = null;
  return {
    principal: () => principal,
    async enter() {
      opening ??= open(options);
      const mine = opening;
      try {
        const signedIn = await withinTime(enterBy(mine), answerMs(options), options.signal);
        principal = readPrincipal(options.config, signedIn.auth);
        return signedIn;
      } catch (error) {
        if (opening === mine) opening = null;
        throw translateAuthError(error, describeSignIn(options.config));
      }
    },
    async leave(signedIn) {
      const left = opening;
      const current = await left?.catch(() => null);
      // Those that were refused together sign in together.
      if (current === signedIn && opening === left) opening = null;
    },
  };
}

/** A token first, so that what fails here is told as a matter of signing in. */
async function enterBy(opening: Promise<SignedIn>): Promise<SignedIn> {
  const signedIn = await opening;
  await signedIn.auth.getAccessToken();
  return signedIn;
}

async function open(options: BigQueryOptions): Promise<SignedIn> {
  const { config, env } = options;
  refuseRedirection(env);
  const { BigQuery } = await loadBigQuery();
  const auth = await createAuthClient(options);
  const client = new BigQuery({
    projectId: config.project,
    authClient: auth,
    autoRetry: false,
    ...(config.endpoint === null ? {} : { apiEndpoint: config.endpoint }),
  } as ConstructorParameters<typeof BigQuery>[0]);
  return { client, auth };
}

/** The package would send every request, and its token, to wherever the variable points. */
function refuseRedirection(env: BigQueryOptions["env"]): void {
  if (!env.BIGQUERY_EMULATOR_HOST) return;
  throw new ShardliftError("config", {
    failed: "The variable BIGQUERY_EMULATOR_HOST is set.",
    rule: "what BigQuery is reached by stands in the environment's file, as source.endpoint",
    received: "a variable that redirects every request and its token",
    remedy: "unset it; for trials write source.endpoint",
  });
}
