import { describe, expect, test } from "vitest";
import type { Issue } from "../../src/config/issue.ts";
import { renderIssues, toError } from "../../src/config/render-issues.ts";

function issue(changes: Partial<Issue>): Issue {
  return {
    file: "a.yaml",
    line: 1,
    column: 1,
    failed: "x is wrong",
    rule: "R",
    received: '"v"',
    remedy: "T",
    ...changes,
  };
}

describe("issues for people", () => {
  test("come by file and place, four lines each, with their number last", () => {
    const issues = [
      issue({ file: "b.yaml", line: null, column: null }),
      issue({ line: 10 }),
      issue({ line: 9, column: 2 }),
    ];
    expect(renderIssues(issues)).toBe(`a.yaml:9:2: x is wrong
  rule: R
  received: "v"
  to do: T
a.yaml:10:1: x is wrong
  rule: R
  received: "v"
  to do: T
b.yaml: x is wrong
  rule: R
  received: "v"
  to do: T
3 problems in 2 files`);
  });

  test("escape what a file's name could do to a terminal", () => {
    expect(renderIssues([issue({ file: "a\u001b[2J\n.yaml" })])).toMatch(
      /^a\\u\{1b\}\[2J\\u\{a\}\.yaml:1:1: x is wrong\n/,
    );
  });

  test("become one error that holds all of them", () => {
    const error = toError([issue({ line: 2 }), issue({ line: 1 })]);
    expect([error.code, error.retryable]).toEqual(["config", false]);
    expect(error.message).toBe(`2 problems in 1 file
a.yaml:1:1: x is wrong
  rule: R
  received: "v"
  to do: T
a.yaml:2:1: x is wrong
  rule: R
  received: "v"
  to do: T`);
  });

  test("a single one keeps its four parts", () => {
    expect(toError([issue({})]).parts).toEqual({
      failed: "a.yaml:1:1: x is wrong",
      rule: "R",
      received: '"v"',
      remedy: "T",
    });
  });
});
