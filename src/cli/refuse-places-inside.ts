import { resolve, sep } from "node:path";
import type { Environment } from "../config/types.ts";
import { ShardliftError } from "../errors.ts";

/**
 * What is written beside a configuration that was fetched would go with it.
 * @param root where it was fetched to
 * @throws ShardliftError `config` where a lake or a warehouse would lie there
 */
export function refusePlacesInside({ lake, warehouse, file }: Environment, root: string, from: string): void {
  const inside = [
    ...(lake.type === "folder" ? [{ key: "lake.root", path: lake.root }] : []),
    ...(warehouse.type === "duckdb" ? [{ key: "warehouse.path", path: warehouse.path }] : []),
  ].filter(({ path }) => path.startsWith(resolve(root) + sep));
  if (inside.length === 0) return;
  throw new ShardliftError("config", {
    failed: `What this environment writes would be lost: ${inside.map(({ key }) => key).join(" and ")}.`,
    rule: "relative paths begin at the configuration, and one on S3 is fetched for each command and removed after it",
    received: `${file}, fetched from ${from}`,
    remedy: "write absolute paths, or use a lake on S3 and a warehouse elsewhere",
  });
}
