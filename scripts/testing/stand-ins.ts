import { join, resolve } from "node:path";
import { installPython } from "./install-python.ts";

/** Programs of other people that stand in for AWS or Snowflake, and the variable that tells tests where each one's Python is. */
const standIns = {
  ministack: "SHARDLIFT_MINISTACK",
  moto: "SHARDLIFT_MOTO",
  fakesnow: "SHARDLIFT_FAKESNOW",
} as const;

/** Installs what is missing; a program that cannot be installed is left out, and its tests say why they are skipped. */
export function findStandIns(): Record<string, string> {
  const found = Object.entries(standIns).flatMap(([name, variable]) => {
    if (process.env[variable]) return [];
    const python = installPython(join(".cache", name), join("scripts", "testing", `${name}.txt`));
    return python === null ? [] : [[variable, resolve(python)] as const];
  });
  return Object.fromEntries(found);
}
