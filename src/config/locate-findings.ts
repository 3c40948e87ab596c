import { type Finding, type Issue, renderKeyPath } from "./issue.ts";
import type { Locate } from "./parse-yaml.ts";

/** Gives findings their line and column, and hides what was written below `secrets`, as a `private_key` or as a webhook, and passwords. */
export function locateFindings(findings: readonly Finding[], file: string, locate: Locate): Issue[] {
  return findings.map((finding) => {
    const { path, at, failed, rule, received, remedy } = finding;
    const isBelowSecrets = path[0] === "secrets";
    const isSecret = isBelowSecrets || path.includes("private_key") || path.join(".") === "alerts.url";
    return {
      file,
      ...locate(path, at),
      failed: `${isBelowSecrets && at === "key" ? "a key of secrets" : renderKeyPath(path)} ${failed}`,
      rule,
      received: isSecret ? "not shown: it may be a secret" : hideSignIn(received),
      remedy,
    };
  });
}

/** An address may hold a name and a password, where it must not. */
function hideSignIn(text: string): string {
  return text.replace(/:\/\/[^/\s]*@/g, "://***@");
}
