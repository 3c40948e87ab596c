import type { RowStatement } from "snowflake-sdk";

/** The driver, as its own types have it. Imported only where a session is opened: it takes most of a second. */
export type Driver = typeof import("snowflake-sdk");
export type Connection = Awaited<ReturnType<Driver["createConnection"]>>;
export type Statement = RowStatement;

/** What it would else do when it is loaded: ask cloud metadata services, load native code, report the machine. */
const switches = {
  SNOWFLAKE_DISABLE_PLATFORM_DETECTION: "true",
  SNOWFLAKE_DISABLE_MINICORE: "true",
  SF_TELEMETRY_DISABLE_CONNECTION_SHAPE: "true",
};

let loading: Promise<Driver> | null = null;

/** Loads it once. It writes no log: not to a file, and not among our lines of JSON. */
export function loadDriver(): Promise<Driver> {
  loading ??= (async () => {
    for (const [name, value] of Object.entries(switches)) process.env[name] ??= value;
    const loaded = await import("snowflake-sdk");
    // A CommonJS package: all of it is the default export, whatever its types say.
    const driver = (loaded as unknown as { default: Driver }).default;
    driver.configure({ logLevel: "OFF", additionalLogToConsole: false });
    return driver;
  })();
  return loading;
}
