import { type Finding, type Issue, renderKeyPath } from "./issue.ts";
import type { Locate } from "./parse-yaml.ts";

/** Gives findings their line and column, and hides everything that was written below `secrets` or as a `private_key`. */
export function locateFindings(findings: readonly Finding[], file: string, locate: Locate): Issue[] {
  return findings.map((finding) => {
    const { path, at, failed, rule, received, remedy } = finding;
    const isBelowSecrets = path[0] === "secrets";
    const isSecret = isBelowSecrets || path.includes("private_key");
    return {
      file,
      ...locate(path, at),
      failed: `${isBelowSecrets && at === "key" ? "a key of secrets" : renderKeyPath(path)} ${failed}`,
      rule,
      received: isSecret ? "not shown: it may be a secret" : received,
      remedy,
    };
  });
}
