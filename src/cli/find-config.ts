import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { findConfigRoot } from "../config/find-config-root.ts";
import type { Io } from "./io.ts";

export interface ConfigFlags {
  config?: string;
  environment: string;
}

/** Where the demo keeps its state, and with it its configuration. */
export const demoFolder = ".shardlift/demo";

/**
 * The folder of the configuration: `--config`, `SHARDLIFT_CONFIG`, or the current one. The demo's environment is
 * found without a word, since its last lines tell people to query it.
 */
export function findConfig(flags: ConfigFlags, io: Io): string {
  const named = flags.config ?? io.env.SHARDLIFT_CONFIG;
  const root = resolve(io.cwd, findConfigRoot({ SHARDLIFT_CONFIG: named }));
  const declared = existsSync(join(root, "environments", "demo.yaml"));
  const demo = resolve(io.cwd, demoFolder);
  const isDemo = named === undefined && flags.environment === "demo" && !declared && existsSync(demo);
  return isDemo ? demo : root;
}
