import { join } from "node:path";
import type { Issue } from "./issue.ts";
import type { Listing } from "./read-files.ts";
import { showValue } from "./show-value.ts";
import { renderChoice } from "./suggest.ts";

/** Where one kind of configuration file lies. */
export interface FileKind {
  root: string;
  folder: string;
  what: "pipeline" | "environment";
}

/** There is no file of this name; or no folder at all, which then says why. */
export function buildMissingIssue({ root, folder, what }: FileKind, name: string, listing: Listing): Issue {
  const [unlisted] = listing.issues;
  if (unlisted !== undefined && listing.names.length === 0) return unlisted;
  return {
    file: join(root, folder),
    line: null,
    column: null,
    failed: `there is no such ${what}`,
    rule: `${what === "pipeline" ? "a" : "an"} ${what} is a file ${folder}/<name>.yaml`,
    received: showValue(name),
    remedy: renderChoice(name, listing.names),
  };
}
