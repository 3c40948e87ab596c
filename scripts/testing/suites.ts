import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AirflowName,
  airflows,
  findAirflowFault,
  runAirflowDemo,
  runAirflowLint,
  runAirflowTests,
} from "./airflow.ts";
import { installDeployPackages } from "./deploy-packages.ts";
import { findGlueLintFault, findSparkFault, runGlueLint, runGlueTests } from "./glue-script.ts";
import { findPythonPrograms, pythonPrograms, pythonToolchains } from "./python-programs.ts";
import type { Suite, Tally, Toolchains } from "./run-suites.ts";
import { findSqlfluffFault, runSqlfluff } from "./sqlfluff.ts";

/** What a suite may need beyond the installed packages. */
export const toolchains: Toolchains = {
  ...pythonToolchains,
  sqlfluff: findSqlfluffFault,
  spark: findSparkFault,
  "glue lint": findGlueLintFault,
  cdk: installDeployPackages,
  airflow2: () => findAirflowFault("airflow2"),
  airflow3: () => findAirflowFault("airflow3"),
};

/** The table of suites. With filters only vitest's, since only it knows what they mean. */
export function buildSuites(options: { slow: boolean; filters: readonly string[] }): Suite[] {
  const projects = options.slow ? [] : ["--project", "fast"];
  const vitest: Suite = {
    name: "vitest",
    needs: [],
    partlyNeeds: options.slow ? pythonPrograms : [],
    run: () => runVitest([...projects, ...options.filters], options.slow ? findPythonPrograms() : {}),
  };
  if (options.filters.length > 0) return [vitest];
  return [
    { name: "types", needs: [], run: () => runCheck("tsc", bin("tsc"), ["-p", "tsconfig.json"]) },
    { name: "lint and format", needs: [], run: () => runCheck("biome", bin("biome"), ["ci", "."]) },
    vitest,
    ...(options.slow ? slowSuites : []),
  ];
}

export const grammarSuite: Suite = { name: "Snowflake's grammar", needs: ["sqlfluff"], run: runSqlfluff };

/** Those that are written in Python, and what is a package of its own. */
const slowSuites: Suite[] = [
  grammarSuite,
  { name: "the Glue script", needs: ["spark"], run: runGlueTests },
  { name: "types, lint and format of the Glue script", needs: ["glue lint"], run: runGlueLint },
  ...(Object.keys(airflows) as AirflowName[]).map((name) => ({
    name: `DAGs on ${airflows[name]}`,
    needs: [name],
    run: () => runAirflowTests(name),
  })),
  { name: `the demo by the scheduler of ${airflows.airflow3}`, needs: ["airflow3"], run: runAirflowDemo },
  { name: "lint and format of the DAGs", needs: ["glue lint"], run: runAirflowLint },
  // Last: it also looks at the Airflow that the suites before it install.
  {
    name: "types of the CDK app",
    needs: ["cdk"],
    run: () => runCheck("tsc of deploy/", bin("tsc"), ["-p", "deploy/tsconfig.json"]),
  },
  { name: "the CDK app", needs: ["cdk"], run: () => runVitest(["--config", "deploy/vitest.config.ts"], {}) },
];

/** A program that only says yes or no counts as one test. */
async function runCheck(name: string, script: string, args: readonly string[]): Promise<Tally> {
  const code = await runProgram([script, ...args]);
  if (code === 0) return { passed: 1, failures: [], skips: [] };
  return { passed: 0, failures: [{ name, reason: `exit code ${code}; see above` }], skips: [] };
}

/** Counts come from our reporter's file, and only a run that reached its end writes one. */
async function runVitest(args: readonly string[], env: Record<string, string>): Promise<Tally> {
  const folder = await mkdtemp(join(tmpdir(), "shardlift-tally-"));
  const path = join(folder, "tally.json");
  try {
    const reporters = ["--reporter=default", "--reporter=./scripts/testing/tally-reporter.ts"];
    // `test.only` left behind would silently shrink the run.
    const options = ["run", "--allowOnly=false", ...reporters, ...args];
    const code = await runProgram([bin("vitest"), ...options], { ...env, SHARDLIFT_TALLY: path });
    const tally: Tally = JSON.parse(await readFile(path, "utf8"));
    if (code === 0 || tally.failures.length > 0) return tally;
    return { ...tally, failures: [{ name: "vitest", reason: `exit code ${code}; see above` }] };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function bin(name: string): string {
  return join("node_modules", ".bin", name);
}

/** Runs one of the installed programs on this Node; its output goes where ours goes. */
function runProgram(args: readonly string[], env: Record<string, string> = {}): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: "inherit", env: { ...process.env, ...env } });
    child.on("error", reject);
    child.on("exit", (code) => resolve(code));
  });
}
