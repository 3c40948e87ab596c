import { ShardliftError } from "../../errors.ts";
import type { GenerationFiles } from "../../ports.ts";
import { fragment, type SqlFragment } from "../../sql/render.ts";
import { nameQualified } from "./names.ts";

/** What may stand in a stage path that is not quoted, and in a literal without any escape. */
const allowed = /^[A-Za-z0-9_=.-]+(\/[A-Za-z0-9_=.-]+)*$/;

/** Where the files of one generation lie: the folder, `web-shop/…/generation=g1/`, and their names in it. */
export interface Folder {
  prefix: string;
  names: string[];
}

/**
 * The folder that holds all files of a generation; COPY and REFRESH take one.
 * @throws ShardliftError `data` where a key is no plain path, or the files lie in several folders
 */
export function findFolder({ day, generation, files }: GenerationFiles): Folder {
  const keys = files.map(({ key }) => checkPath(key));
  const prefixes = new Set(keys.map((key) => key.slice(0, key.lastIndexOf("/") + 1)));
  const [prefix] = prefixes;
  if (
    prefix === undefined ||
    prefixes.size > 1 ||
    !prefix.endsWith(`/day=${day}/generation=${generation}/`)
  ) {
    throw new ShardliftError("data", {
      failed: `The files of generation ${generation} of ${day} are not in its folder.`,
      rule: "a generation has one folder, day=<day>/generation=<id>/, and at least one file in it",
      received: [...prefixes].join(", ") || "no file",
    });
  }
  return { prefix, names: keys.map((key) => key.slice(prefix.length)) };
}

/** @returns the path as it is. @throws ShardliftError `data` where it has characters beyond the allow-list */
export function checkPath(path: string): string {
  const parts = path.split("/");
  if (allowed.test(path) && !parts.includes("..") && !parts.includes(".")) return path;
  throw new ShardliftError("data", {
    failed: "A path cannot stand in a statement for Snowflake.",
    rule: "letters, digits and _ = . - between slashes; no empty part, no . and no ..",
    received: JSON.stringify(path),
    remedy: "rename the pipeline, or what else the folder's name was made from",
  });
}

/** `@"LAKE"."PUBLIC"."STAGE"/prefix/`; `prefix` was checked. */
export function renderStagePath(stage: string, prefix: string): SqlFragment {
  return fragment(`@${nameQualified(stage).sql}/${prefix}`);
}

/** Snowflake takes no more names in one FILES list. */
const maxNames = 1_000;

/** What one statement can name. */
export function splitNames(names: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (let from = 0; from < names.length; from += maxNames) parts.push(names.slice(from, from + maxNames));
  return parts;
}
