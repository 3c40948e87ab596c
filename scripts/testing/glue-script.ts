import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { installPython } from "./install-python.ts";
import { findJavaFault, findPython, findPythonPrograms } from "./python-programs.ts";
import type { Outcome, Tally } from "./run-suites.ts";

const sparkFolder = join(".cache", "spark");
const lintFolder = join(".cache", "glue-lint");
const settings = join("glue-scripts", "pyproject.toml");
const tests = join("test", "glue");
const bench = join("bench", "glue");

/** @returns why the script cannot be run here; null where it can */
export function findSparkFault(): string | null {
  return findPython("spark") === null
    ? "no Python 3.11 with pip, which PySpark and DuckDB are installed by"
    : findJavaFault();
}

/** @returns why the script cannot be linted here; null where it can */
export function findGlueLintFault(): string | null {
  const python = installPython(lintFolder, join("scripts", "testing", "glue-lint.txt"));
  return python === null ? "no Python 3.11 with pip, which ruff and mypy are installed by" : findSparkFault();
}

/** The script's own tests, which need no cluster. */
export async function runGlueTests(): Promise<Tally> {
  const pytest = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-rfEs", tests];
  const env = { ...process.env, ...findPythonPrograms() };
  const { stdout, status } = spawnSync(join(sparkFolder, "bin", "python"), pytest, { encoding: "utf8", env });
  process.stdout.write(stdout);
  return buildPytestTally(stdout, status);
}

/** Reads pytest's short summary: `FAILED path::name - reason`, and `54 passed, 1 failed in 9.15s`. */
export function buildPytestTally(stdout: string, status: number | null): Tally {
  const failures = [...stdout.matchAll(/^(?:FAILED|ERROR) (\S+)(?: - (.*))?$/gm)].map(
    ([, name, reason]): Outcome => ({ name: name!, reason: reason ?? "see above" }),
  );
  if (status !== 0 && failures.length === 0) {
    failures.push({ name: "pytest", reason: `exit code ${status}; see above` });
  }
  const passed = Number(/(\d+) passed.* in [\d.]+s/.exec(stdout)?.[1] ?? 0);
  const skips = [...stdout.matchAll(/^SKIPPED \[\d+\] (\S+): (.*)$/gm)].map(
    ([, name, reason]): Outcome => ({ name: name!, reason: reason! }),
  );
  return { passed, failures, skips };
}

/** Each of the checks counts as one test. */
export async function runGlueLint(): Promise<Tally> {
  const ruff = join(lintFolder, "bin", "ruff");
  const mypy = join(lintFolder, "bin", "mypy");
  const types = ["--config-file", settings, "--python-executable", join(sparkFolder, "bin", "python")];
  const sources = [
    join("glue-scripts", "shardlift_extract.py"),
    join("glue-scripts", "shardlift_glue"),
    tests,
  ];
  const outcomes = [
    runCheck("ruff check", ruff, ["check", "--config", settings, "glue-scripts", tests, bench]),
    runCheck("ruff format", ruff, ["format", "--check", "--config", settings, "glue-scripts", tests, bench]),
    runCheck("mypy", mypy, [...types, ...sources]),
  ];
  const failures = outcomes.filter((outcome) => outcome !== null);
  return { passed: outcomes.length - failures.length, failures, skips: [] };
}

function runCheck(name: string, program: string, args: readonly string[]): Outcome | null {
  const env = { ...process.env, MYPYPATH: `glue-scripts:${bench}` };
  const { status } = spawnSync(program, args, { stdio: "inherit", env });
  return status === 0 ? null : { name, reason: `exit code ${status}; see above` };
}
