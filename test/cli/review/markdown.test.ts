import { expect, test } from "vitest";
import { renderCode, renderFence, renderMarkdownTable } from "../../../src/cli/review/markdown.ts";

test.each([
  ["web-shop", "`web-shop`"],
  ["@growth <b>", "`@growth <b>`"],
  ["a`b", "``a`b``"],
  ["`a``", "``` `a`` ```"],
  ["two\nlines", "`two lines`"],
])("%j is the code span %j", (text, span) => {
  expect(renderCode(text)).toBe(span);
});

test.each([
  ["plain", "```text\nplain\n```"],
  ["```\n# not a title\n```", "````text\n```\n# not a title\n```\n````"],
])("%j stays inside its block", (text, block) => {
  expect(renderFence(text)).toBe(block);
});

test("a bar in a cell does not end it", () => {
  expect(renderMarkdownTable(["a", "b"], [["1|2", "3"]])).toBe("| a | b |\n|---|---|\n| 1\\|2 | 3 |");
});
