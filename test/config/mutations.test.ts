import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import type { Issue } from "../../src/config/issue.ts";
import { renderIssues } from "../../src/config/render-issues.ts";
import { checkEnvironment, checkPipeline } from "./texts.ts";

const root = join(import.meta.dirname, "../..");
const originals = {
  pipeline: (await readFile(join(root, "pipelines/web-shop.yaml"), "utf8")).replace(
    "name: web-shop",
    "name: shop",
  ),
  environment: await readFile(join(root, "environments/local.yaml"), "utf8"),
  "production's environment": await readFile(join(root, "environments/prod.yaml"), "utf8"),
};

function checkAny(text: string): Issue[] {
  const { environment, issues } = checkEnvironment(text);
  return outcome(environment, issues);
}

/** Checks one kind of file: null is right, otherwise what is wrong. */
const kinds = {
  pipeline: (text: string) => {
    const { pipeline, issues } = checkPipeline(text);
    return outcome(pipeline, issues);
  },
  environment: checkAny,
  "production's environment": checkAny,
};

function outcome(value: unknown, issues: Issue[]): Issue[] {
  // A value or issues, never both and never neither.
  expect(value === null).toBe(issues.length > 0);
  return issues;
}

/** Every issue has a place inside the file and four parts that say something. */
function checkIssues(text: string, issues: readonly Issue[]): void {
  const lines = text.split("\n");
  for (const issue of issues) {
    expect(issue.line).toBeGreaterThanOrEqual(1);
    expect(issue.line).toBeLessThanOrEqual(lines.length);
    expect(issue.column).toBeGreaterThanOrEqual(1);
    expect(issue.column).toBeLessThanOrEqual((lines[(issue.line ?? 1) - 1] ?? "").length + 1);
    for (const part of [issue.failed, issue.rule, issue.received, issue.remedy]) {
      expect(part).toMatch(/\S/);
      expect(part).not.toMatch(/undefined|\[object|NaN|function/);
    }
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that none comes through is what is tested
  if (issues.length > 0) expect(renderIssues(issues)).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
}

const snippets = fc.oneof(
  fc.constantFrom(
    "\t",
    "\0",
    "\n",
    "\r\n",
    ": ",
    "- ",
    "? ",
    "#",
    "'",
    '"',
    "[",
    "]",
    "{",
    "}",
    "&a ",
    "*a",
    "!x ",
    "!!binary ",
    "|\n",
    ">\n",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "<<: *a\n",
    "__proto__: {}\n",
    "constructor: 1\n",
    "\u202e",
    "\ufeff",
    "\u0430",
    "../",
    ";--",
    "~",
    "null",
    "1e400",
    "0x",
    ".inf",
    ".nan",
    "9218924040658817653",
    "-1",
    "secrets: x\n",
    "name: shop\n",
  ),
  fc.string({ unit: "binary", maxLength: 5 }),
  fc.string({ unit: "grapheme", maxLength: 5 }),
);

/** Cuts a piece out of a text at a place (both as shares of its length) and puts another there. */
const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat(12), put: snippets });

function applyEdit(text: string, { at, cut, put }: { at: number; cut: number; put: string }): string {
  const start = Math.floor(at * text.length);
  return text.slice(0, start) + put + text.slice(start + cut);
}

type Tree = Record<string, unknown> | unknown[];

/** Every place of a tree: its parent and the key there. */
function listPlaces(tree: unknown): { parent: Tree; key: string }[] {
  if (typeof tree !== "object" || tree === null) return [];
  const keys = Object.keys(tree);
  return keys.flatMap((key) => [
    { parent: tree as Tree, key },
    ...listPlaces((tree as Record<string, unknown>)[key]),
  ]);
}

const strangers = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    20,
    "",
    " ",
    "x",
    [],
    {},
    [[]],
    [null],
    { type: "s3" },
    { type: null },
  ),
  fc.constantFrom<unknown>(
    "10d",
    "0 days",
    "1 GB",
    "9999999999 TB",
    "env:",
    "file:",
    "a.b",
    "a.b_cold",
    "ga4_users",
    "Europe/Berlin",
    "CET",
  ),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.string({ unit: "binary" }),
  fc
    .anything({ maxDepth: 3, withBigInt: true, withNullPrototype: false })
    .filter((value) => value !== undefined),
);

/** Removes, renames, doubles or replaces something anywhere in the tree. */
const change = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  how: fc.constantFrom("remove", "rename", "wrap", "replace"),
  key: fc.oneof(
    fc.constantFrom("type", "name", "__proto__", "toString", "Lookback", "famly", ""),
    fc.string({ maxLength: 8 }),
  ),
  value: strangers,
});

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function applyChange(tree: Record<string, unknown>, { at, how, key, value }: Change): void {
  const places = listPlaces(tree);
  const place = places[Math.floor(at * (places.length - 1))];
  if (place === undefined) return;
  const parent = place.parent as Record<string, unknown>;
  const old = parent[place.key];
  if (how === "remove" || how === "rename") delete parent[place.key];
  if (how === "rename")
    Object.defineProperty(parent, key, { value: old, enumerable: true, configurable: true, writable: true });
  if (how === "wrap") parent[place.key] = [old];
  if (how === "replace") parent[place.key] = value;
}

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])("a %s file", (kind) => {
  const check = kinds[kind];
  const original = originals[kind];

  test("is right before it is changed", () => {
    expect(check(original)).toEqual([]);
  });

  test("with 1 to 4 pieces of its text changed never ends in a stack trace", () => {
    let wrong = 0;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const text = edits.reduce(applyEdit, original);
        const issues = check(text);
        checkIssues(text, issues);
        wrong += Number(issues.length > 0);
      }),
      { numRuns: 500 },
    );
    // Most edits break something: were everything right, the check would see nothing.
    expect(wrong).toBeGreaterThan(100);
  });

  test("with 1 to 4 values, keys or types of its tree changed never ends in a stack trace", () => {
    let wrong = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const tree = parse(original);
        for (const one of changes) applyChange(tree, one);
        const text = stringify(tree);
        const issues = check(text);
        checkIssues(text, issues);
        wrong += Number(issues.length > 0);
      }),
      { numRuns: 500 },
    );
    expect(wrong).toBeGreaterThan(100);
  });

  test("with its lines in another order, doubled or dropped never ends in a stack trace", () => {
    const lines = original.split("\n");
    const line = fc.nat(lines.length - 1);
    fc.assert(
      fc.property(fc.array(line, { maxLength: lines.length }), (order) => {
        const text = order.map((index) => lines[index]).join("\n");
        checkIssues(text, check(text));
      }),
      { numRuns: 300 },
    );
  });

  test("that is any text at all never ends in a stack trace", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => checkIssues(text, check(text))),
      { numRuns: 300 },
    );
  });
});
