import { withDeadline } from "./deadline.ts";
import { type Connection, loadDriver } from "./driver.ts";
import { buildSilent, translateError } from "./errors.ts";
import type { Doing } from "./known-errors.ts";
import { foldName } from "./names.ts";
import type { QueryTag, SnowflakeOptions } from "./options.ts";
import { readPrivateKey } from "./private-key.ts";
import { translateIdentityError } from "./workload-identity.ts";

type ConnectionOptions = Parameters<Awaited<ReturnType<typeof loadDriver>>["createConnection"]>[0];

/** Sign-in, its retries included, ms. */
const signInMs = 60_000;

/** Signs in: one connection, with settings that make every value a text and every JSON strict. */
export async function connect(options: SnowflakeOptions): Promise<Connection> {
  const driver = await loadDriver();
  const connection = driver.createConnection(await buildConnectionOptions(options));
  const { account } = options.config;
  const failed = `Signing in to Snowflake account ${account} failed.`;
  const signedIn = new Promise<void>((resolve, reject) => {
    connection.connect((error: unknown) => (error ? reject(error) : resolve()));
  });
  try {
    await withDeadline(signedIn, {
      clock: options.clock,
      signal: options.signal,
      afterMs: signInMs,
      buildError: () => buildSilent(failed, { host: nameHost(options), account, waitedMs: signInMs }),
    });
    return connection;
  } catch (error) {
    const doing = { ...describeDoing(options), failed };
    const translated = translateError(error, doing);
    throw options.config.auth.type === "workload_identity"
      ? translateIdentityError(translated, doing)
      : translated;
  }
}

export async function buildConnectionOptions(options: SnowflakeOptions): Promise<ConnectionOptions> {
  const { account, user, role, database, warehouse, endpoint } = options.config;
  return {
    account,
    username: user,
    role: foldName(role),
    database: foldName(database),
    warehouse: foldName(warehouse),
    application: "shardlift",
    queryTag: renderQueryTag(options.tag),
    ...(await buildSignIn(options)),
    ...(endpoint === null ? {} : { ...endpoint, accessUrl: renderUrl(endpoint) }),
    clientSessionKeepAlive: false,
    // A name that does not exist fails at once, and not with the first statement that needs it.
    validateDefaultParameters: false,
    disableQueryContextCache: true,
    sfRetryMaxLoginRetries: 3,
    representNullAsStringNull: false,
  } as ConnectionOptions;
}

function nameHost({ config: { account, endpoint } }: SnowflakeOptions): string {
  return endpoint === null ? `${account}.snowflakecomputing.com` : `${endpoint.host}:${endpoint.port}`;
}

function renderUrl({ protocol, host, port }: { protocol: string; host: string; port: number }): string {
  return `${protocol}://${host}:${port}`;
}

async function buildSignIn({ config, readSecret }: SnowflakeOptions): Promise<ConnectionOptions> {
  const { auth } = config;
  switch (auth.type) {
    case "workload_identity":
      return { authenticator: "WORKLOAD_IDENTITY", workloadIdentityProvider: "AWS" } as ConnectionOptions;
    case "key_pair":
      return {
        authenticator: "SNOWFLAKE_JWT",
        privateKey: readPrivateKey(await readSecret(auth.privateKey)),
      };
    default:
      return auth satisfies never;
  }
}

/** At most 2,000 characters, by Snowflake's limit; JSON, so that it can be asked for by its parts. */
export function renderQueryTag({ pipeline, task, days, run }: QueryTag): string {
  return JSON.stringify({ app: "shardlift", pipeline, task, days, run }).slice(0, 2000);
}

/** Who is asking, for messages that name a grant. */
export function describeDoing({ config }: SnowflakeOptions): Omit<Doing, "failed"> {
  return {
    role: foldName(config.role),
    warehouse: foldName(config.warehouse),
    user: config.user,
    account: config.account,
  };
}
