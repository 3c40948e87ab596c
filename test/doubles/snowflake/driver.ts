import { generateKeyPairSync } from "node:crypto";
import type { Connection, ConnectionOptions, RowStatement, StatementOption } from "snowflake-sdk";

// The driver looks around the machine, loads a binary and sends home what it finds, unless it is told not to before.
process.env.SNOWFLAKE_DISABLE_PLATFORM_DETECTION = "true";
process.env.SNOWFLAKE_DISABLE_MINICORE = "true";
process.env.SF_TELEMETRY_DISABLE_CONNECTION_SHAPE = "true";

const { default: snowflake } = await import("snowflake-sdk");
snowflake.configure({ logLevel: "OFF", additionalLogToConsole: false });

/** Key pairs as PEM. */
export function createKeys(): { publicKey: string; privateKey: string } {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}

export type Row = Record<string, unknown>;

/** The driver with promises. Errors are the driver's own. */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const connection = snowflake.createConnection(options);
  await new Promise<void>((resolve, reject) => {
    connection.connectAsync((error) => (error ? reject(error) : resolve())).catch(reject);
  });
  return connection;
}

export interface Answer {
  rows: Row[];
  statement: RowStatement;
}

export function execute(
  connection: Connection,
  sqlText: string,
  options: Partial<StatementOption> = {},
  begun: (statement: RowStatement) => void = () => {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const statement = connection.execute({
      sqlText,
      ...options,
      complete: (error, own, rows) =>
        error ? reject(error) : resolve({ rows: (rows ?? []) as Row[], statement: own as RowStatement }),
    });
    begun(statement as RowStatement);
  });
}

export function destroy(connection: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.destroy((error) => (error ? reject(error) : resolve()));
  });
}
