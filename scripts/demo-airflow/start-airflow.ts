import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleepFor } from "node:timers/promises";
import { type AirflowApi, createAirflowApi } from "./airflow-api.ts";
import { type AirflowRelease, buildAirflowVariables } from "./airflow-variables.ts";

export interface Airflow {
  api: AirflowApi;
  /** `http://127.0.0.1:8080` */
  origin: string;
  /** Ends its processes by their ids; twice does no harm. */
  end(): Promise<void>;
}

export interface AirflowOptions {
  release: AirflowRelease;
  /** Interpreter of the environment that Airflow is installed in. */
  python: string;
  /** Holds `dags/`; the home and logs are made in it. */
  folder: string;
  /** What DAGs find in the environment besides. */
  variables: Record<string, string>;
  signal: AbortSignal;
}

const upWithinMs = 120_000;
/** Airflow's scheduler lets running tasks finish. */
const endWithinMs = 20_000;

/** The parts that are processes of their own. Not `standalone`: that opens ports to the whole network. */
const parts = {
  "3": (port: number) => ({
    "api-server": ["api-server", "--host", "127.0.0.1", "--port", String(port), "--workers", "1"],
    "dag-processor": ["dag-processor"],
    scheduler: ["scheduler", "--skip-serve-logs"],
  }),
  "2": (port: number) => ({
    webserver: ["webserver", "--hostname", "127.0.0.1", "--port", String(port), "--workers", "1"],
    scheduler: ["scheduler", "--skip-serve-logs"],
  }),
} as const;

/** Starts an Airflow with an empty database on a free port of 127.0.0.1. */
export async function startAirflow(options: AirflowOptions): Promise<Airflow> {
  const { release, signal } = options;
  const port = await findFreePort();
  const home = await makeHome(options.folder);
  const start = createStarter(options, home, port);
  const children = new Map<string, ChildProcess>();
  const end = () => endAll([...children.values()].reverse());
  try {
    const migration = start("migrate", ["db", "migrate"]);
    children.set("migrate", migration);
    await requireDone(migration, home);
    children.delete("migrate");
    signal.throwIfAborted();
    for (const [name, args] of Object.entries(parts[release](port))) children.set(name, start(name, args));
    const origin = `http://127.0.0.1:${port}`;
    const api = createAirflowApi(origin, release);
    await waitUntilUp(api, children, home, signal);
    return { api, origin, end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function makeHome(folder: string): Promise<string> {
  const home = join(folder, "airflow");
  await mkdir(join(home, "logs"), { recursive: true });
  // Only Airflow 2 reads it: whoever is not signed in may do everything.
  await writeFile(join(home, "webserver_config.py"), 'AUTH_ROLE_PUBLIC = "Admin"\n');
  return home;
}

/** What starts one of Airflow's programs; its output goes to a log in the home. */
function createStarter({ release, python, folder, variables }: AirflowOptions, home: string, port: number) {
  const places = { home, dags: join(folder, "dags"), port, secret: randomBytes(32).toString("hex") };
  // What the caller's own Airflow is told is no matter of this one.
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("AIRFLOW"));
  const env = { ...Object.fromEntries(own), ...buildAirflowVariables(release, places), ...variables };
  return (name: string, args: readonly string[]): ChildProcess => {
    const log = openSync(join(home, "logs", `${name}.log`), "a");
    // A group of its own: Ctrl-C reaches us alone, and we end what we started in order.
    const child = spawn(python, ["-m", "airflow", ...args], {
      env,
      cwd: home,
      stdio: ["ignore", log, log],
      detached: true,
    });
    closeSync(log);
    return child;
  };
}

async function requireDone(child: ChildProcess, home: string): Promise<void> {
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`airflow db migrate ended with ${code}; ${home}/logs says why`);
}

async function waitUntilUp(
  api: AirflowApi,
  children: ReadonlyMap<string, ChildProcess>,
  home: string,
  signal: AbortSignal,
): Promise<void> {
  const deadlineMs = Date.now() + upWithinMs;
  while (!(await api.isUp())) {
    signal.throwIfAborted();
    const ended = [...children].find(([, child]) => child.exitCode !== null);
    if (ended) throw new Error(`airflow ${ended[0]} ended by itself; ${home}/logs says why`);
    if (Date.now() > deadlineMs) throw new Error(`Airflow is not up after two minutes; see ${home}/logs`);
    await sleepFor(300);
  }
}

/** The scheduler first: what it runs still needs the others. */
async function endAll(children: readonly ChildProcess[]): Promise<void> {
  for (const child of children) {
    if (!isRunning(child)) continue;
    const ended = new Promise<"ended">((resolve) => child.once("exit", () => resolve("ended")));
    signalGroup(child, "SIGTERM");
    const stopping = new AbortController();
    const late = sleepFor(endWithinMs, "late", { signal: stopping.signal }).catch(() => "ended");
    if ((await Promise.race([ended, late])) === "late") signalGroup(child, "SIGKILL");
    stopping.abort();
    await ended;
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid!, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
