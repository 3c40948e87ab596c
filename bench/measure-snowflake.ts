/** The driver alone: import, sign-in, first statement. What Shardlift adds to it, `bench/snowflake-start.ts` measures. */
import snowflake from "snowflake-sdk";

/** What a measured process is told, as an argument. */
export interface DriverInput {
  url: string;
  privateKey: string;
}

const { url, privateKey } = JSON.parse(process.argv[2]!) as DriverInput;
snowflake.configure({ logLevel: "OFF", additionalLogToConsole: false });
const connection = snowflake.createConnection({
  account: "myorg-shop",
  username: "shardlift",
  authenticator: "SNOWFLAKE_JWT",
  privateKey,
  role: "LOADER",
  warehouse: "LOAD_WH",
  accessUrl: url,
} as Parameters<typeof snowflake.createConnection>[0]);
await new Promise<void>((resolve, reject) => {
  connection.connect((error) => (error ? reject(error) : resolve()));
});
await new Promise<void>((resolve, reject) => {
  connection.execute({ sqlText: "SELECT 1", complete: (error) => (error ? reject(error) : resolve()) });
});
process.exit(0);
