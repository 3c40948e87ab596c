import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { installPython } from "./install-python.ts";
import type { Toolchains } from "./run-suites.ts";

/**
 * Programs of other people that tests in TypeScript work with, each in a virtual environment of its own, and the variable
 * that tells those tests where its Python is. Their pins stand in `scripts/testing/<name>.txt`.
 */
const programs = {
  duckdb: "SHARDLIFT_PYTHON",
  fakesnow: "SHARDLIFT_FAKESNOW",
  ministack: "SHARDLIFT_MINISTACK",
  moto: "SHARDLIFT_MOTO",
  spark: "SHARDLIFT_SPARK_PYTHON",
  sqlfluff: "SHARDLIFT_SQLFLUFF",
} as const;

type Program = keyof typeof programs;
const names = Object.keys(programs) as Program[];

/** One probe per program: it installs what is missing, and says why where that did not work. */
export const pythonToolchains: Toolchains = Object.fromEntries(
  names.map((name) => [
    name,
    () => (findPython(name) === null ? `no Python 3.11 with pip to install ${name} by` : null),
  ]),
);

/** Spark runs on Java, which nobody installs for it. */
export function findJavaFault(): string | null {
  return spawnSync("java", ["-version"], { stdio: "ignore" }).status === 0 ? null : "no Java 17";
}

export const pythonPrograms: readonly string[] = names;

/** @returns variables for the tests; programs that cannot be had are left out, and their tests say why they are skipped */
export function findPythonPrograms(): Record<string, string> {
  const found = names.flatMap((name) => {
    const python = findPython(name);
    return python === null ? [] : [[programs[name], python] as const];
  });
  return Object.fromEntries(found);
}

/** @returns the program's interpreter, installed now where it was not; null where it cannot be had */
export function findPython(name: Program): string | null {
  const given = process.env[programs[name]];
  if (given) return given;
  const python = installPython(join(".cache", name), join("scripts", "testing", `${name}.txt`));
  return python === null ? null : resolve(python);
}
