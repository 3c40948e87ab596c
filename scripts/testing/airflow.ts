import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { buildPytestTally } from "./glue-script.ts";
import { installPython } from "./install-python.ts";
import type { Outcome, Tally } from "./run-suites.ts";

/** Releases of Airflow that DAGs are run on, each with all its pins in `scripts/testing/<name>.txt`. */
export const airflows = { airflow2: "Airflow 2.11.2", airflow3: "Airflow 3.2.1" } as const;

export type AirflowName = keyof typeof airflows;

const tests = join("test", "dags");
const settings = join("scripts", "testing", "dags-ruff.toml");

/** @returns why this Airflow cannot be run here; null where it can */
export function findAirflowFault(name: AirflowName): string | null {
  return findAirflowPython(name) === null
    ? `no Python 3.11 with pip, which ${airflows[name]} is installed by`
    : null;
}

/** The DAGs' own tests on one Airflow: its DagBag, its operators, and runs over a database of its own. */
export async function runAirflowTests(name: AirflowName): Promise<Tally> {
  const python = findAirflowPython(name);
  if (python === null) throw new Error(`${airflows[name]} is not installed`);
  const pytest = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", "-rfEs", tests];
  // What the caller's Airflow is told is no matter of these tests.
  const own = Object.entries(process.env).filter(([key]) => !key.startsWith("AIRFLOW"));
  const env = { ...Object.fromEntries(own), PYTHONDONTWRITEBYTECODE: "1" };
  const { stdout, status } = spawnSync(python, pytest, {
    encoding: "utf8",
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.stdout.write(stdout);
  return buildPytestTally(stdout, status);
}

const demoWithinMs = 15 * 60_000;

/** The demo by a real scheduler: one test, which holds where its last line says so. */
export async function runAirflowDemo(): Promise<Tally> {
  const demo = join("scripts", "demo-airflow.ts");
  const { stdout, status } = spawnSync(process.execPath, [demo, "--airflow", "3"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    timeout: demoWithinMs,
  });
  process.stdout.write(stdout);
  return buildDemoTally(stdout, status);
}

/** @param stdout all that the demo said */
export function buildDemoTally(stdout: string, status: number | null): Tally {
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  if (status === 0 && /^demo ok: [1-9]\d* days, [1-9][\d,]* rows, 0 differences$/.test(last)) {
    return { passed: 1, failures: [], skips: [] };
  }
  const reason = `exit code ${status}; its last line is "${last}"`;
  return { passed: 0, failures: [{ name: "demo:airflow", reason }], skips: [] };
}

/** Lint and format of the DAG files, by the rules of the Glue script. */
export async function runAirflowLint(): Promise<Tally> {
  const ruff = join(".cache", "glue-lint", "bin", "ruff");
  const sources = ["dags", tests, join("scripts", "demo-airflow")];
  const outcomes = [
    runCheck("ruff check of the DAGs", ruff, ["check", "--config", settings, ...sources]),
    runCheck("ruff format of the DAGs", ruff, ["format", "--check", "--config", settings, ...sources]),
  ];
  const failures = outcomes.filter((outcome) => outcome !== null);
  return { passed: outcomes.length - failures.length, failures, skips: [] };
}

/** @returns its interpreter, installed now where it was not; null where it cannot be had */
export function findAirflowPython(name: AirflowName): string | null {
  return installPython(join(".cache", name), join("scripts", "testing", `${name}.txt`));
}

function runCheck(name: string, program: string, args: readonly string[]): Outcome | null {
  const { status } = spawnSync(program, args, { stdio: "inherit" });
  return status === 0 ? null : { name, reason: `exit code ${status}; see above` };
}
