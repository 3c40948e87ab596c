import { expect, test } from "vitest";
import { type Block, buildScript, hidesCommands, readBlocks } from "./read-blocks.ts";

function buildBlock(differs: Partial<Block>): Block {
  return { line: 1, tag: "sh", text: "", notRun: null, exitCode: 0, ...differs };
}

test("blocks come with line, tag, text and what is said right before them", () => {
  const page = [
    "# Title",
    "```sh",
    "npm run demo",
    "```",
    "<!-- not run: needs an AWS account -->",
    "",
    "```sh",
    "npx shardlift push-script",
    "```",
    "- in a list",
    "  <!-- exits: 64 -->",
    "  ```console",
    "  $ npx shardlift pln",
    "  did you mean plan?",
    "  ```",
    "```",
    "{}",
    "```",
  ].join("\n");
  expect(readBlocks(page)).toEqual([
    buildBlock({ line: 2, text: "npm run demo\n" }),
    buildBlock({ line: 7, text: "npx shardlift push-script\n", notRun: "needs an AWS account" }),
    buildBlock({ line: 12, tag: "console", text: "$ npx shardlift pln\ndid you mean plan?\n", exitCode: 64 }),
    buildBlock({ line: 16, tag: "", text: "{}\n" }),
  ]);
});

test("a note holds for the block right after it only", () => {
  const page = "<!-- not run: no cloud -->\nSome words.\n```sh\nls\n```\n";
  expect(readBlocks(page)).toEqual([buildBlock({ line: 3, text: "ls\n" })]);
});

test.each([
  ["sh", "cd a\nls\n", "cd a\nls\n"],
  ["console", "$ ls \\\n  -l\ntotal 0\n$ pwd\n", "ls \\\n  -l\npwd\n"],
  ["text", "$ ls\n", null],
  ["yaml", "a: 1\n", null],
])("a block tagged %s gives bash its commands", (tag, text, script) => {
  expect(buildScript(buildBlock({ tag, text }))).toBe(script);
});

test.each([
  ["bash", "ls", true],
  ["", "npx shardlift plan", true],
  ["", "  $ ls", true],
  ["", "src/ sources", false],
  ["text", "npx shardlift plan", false],
  ["sh", "npx shardlift plan", false],
])("a block tagged '%s' that says '%s' hides commands: %s", (tag, text, hides) => {
  expect(hidesCommands(buildBlock({ tag, text }))).toBe(hides);
});
