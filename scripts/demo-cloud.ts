/**
 * The demo in the cloud, on this machine: stand-ins for BigQuery, S3, Glue and Snowflake, real clients, real Spark. The last line
 * is `demo ok: N days, N rows, N differences`.
 */
import { parseOptions } from "./parse-options.ts";
import { findJavaFault, findPython } from "./testing/python-programs.ts";

const values = parseOptions(
  "usage: npm run demo:cloud [-- --files]   (exports as files on S3 instead of BigQuery)",
  {
    files: { type: "boolean", default: false },
  },
);

/** Spark's; the rest of the demo takes about one more. */
const cores = 2;

/** Each with the variable that names its interpreter. */
const programs = [
  ["ministack", "SHARDLIFT_MINISTACK"],
  ["spark", "SHARDLIFT_SPARK_PYTHON"],
] as const;

const fault = await install();
if (fault !== null) {
  console.error(`demo:cloud cannot run here: ${fault}`);
  process.exit(64);
}
// Loaded last: they look where Spark is.
const { startCloudWorld } = await import("../test/support/cloud-world/cloud-world.ts");
const { playDemo } = await import("./demo-cloud/play-demo.ts");

const stopping = new AbortController();
const signals = ["SIGINT", "SIGTERM"] as const;
// As long as something is being ended, another Ctrl-C must not leave the rest of it behind.
for (const signal of signals) process.on(signal, () => stop(signal));
try {
  process.exitCode = await play();
} catch (error) {
  if (!stopping.signal.aborted) throw error;
  console.error("Nothing of it is left; the same command begins anew.");
  for (const name of signals) process.removeAllListeners(name);
  // As if nobody had listened: whoever started this sees the signal.
  process.kill(process.pid, stopping.signal.reason);
}

function stop(signal: string): void {
  if (!stopping.signal.aborted) console.error("\nThe demo is stopped; all that it started is ended now.");
  stopping.abort(signal);
}

async function play(): Promise<number> {
  const world = await startCloudWorld({ share: 1, cores, source: values.files ? "files" : "bigquery" });
  try {
    stopping.signal.throwIfAborted();
    return await playDemo(world, stopping.signal);
  } finally {
    await world.end();
  }
}

/** What stands in for the cloud, fetched where it is not there yet, as for the tests. @returns what is missing */
async function install(): Promise<string | null> {
  const java = findJavaFault();
  if (java !== null) return `Spark needs Java 17, and there is ${java}`;
  for (const [name, variable] of programs) {
    const python = findPython(name);
    if (python === null) return `it needs Python 3.11 with pip, to install ${name} by`;
    process.env[variable] = python;
  }
  const { sparkPython } = await import("../test/glue/spark-python.ts");
  return sparkPython === null ? "it needs Java 17, and Python 3.11 with the pinned Spark and DuckDB" : null;
}
