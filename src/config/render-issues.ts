import { renderErrorParts, ShardliftError } from "../errors.ts";
import type { Issue } from "./issue.ts";
import { escapeInvisible } from "./show-value.ts";

/** All issues for people: by file and place, four lines each, and their number last. */
export function renderIssues(issues: readonly Issue[]): string {
  const sorted = sortIssues(issues);
  return [...sorted.map(renderIssue), renderCount(sorted)].join("\n");
}

/** One error of code `config` that holds every issue. */
export function toError(issues: readonly Issue[]): ShardliftError {
  const [only, ...others] = issues;
  if (only !== undefined && others.length === 0) {
    const { rule, received, remedy } = only;
    return new ShardliftError("config", {
      failed: `${renderPlace(only)}: ${only.failed}`,
      rule,
      received,
      remedy,
    });
  }
  const sorted = sortIssues(issues);
  return new ShardliftError("config", {
    failed: [renderCount(sorted), ...sorted.map(renderIssue)].join("\n"),
  });
}

function sortIssues(issues: readonly Issue[]): Issue[] {
  return issues.toSorted(
    (a, b) =>
      compareTexts(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}

/** By code units, the same on every machine. */
function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function renderIssue(issue: Issue): string {
  return renderErrorParts({ ...issue, failed: `${renderPlace(issue)}: ${issue.failed}` });
}

/** `pipelines/web-shop.yaml:7:13`, which terminals and editors open. */
function renderPlace({ file, line, column }: Issue): string {
  const place = line === null ? "" : `:${line}:${column ?? 1}`;
  return escapeInvisible(file) + place;
}

function renderCount(issues: readonly Issue[]): string {
  const files = new Set(issues.map((issue) => issue.file)).size;
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  return `${count(issues.length, "problem")} in ${count(files, "file")}`;
}
