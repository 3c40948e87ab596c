import { describe, expect, test } from "vitest";
import { parseYaml } from "../../src/config/parse-yaml.ts";
import { createPositions } from "../../src/config/positions.ts";
import { brief } from "./texts.ts";

function issuesOf(text: string): string[] {
  const read = parseYaml(text, "f.yaml");
  return "issues" in read ? brief(read.issues) : [];
}

describe("reading YAML", () => {
  test("keeps all digits of integers and the text of days", () => {
    const read = parseYaml(
      "big: 9218924040658817653\nhex: 0x1F\nday: 2021-03-01\nfloat: 1.5\non: yes\n",
      "f.yaml",
    );
    expect(read).toMatchObject({
      value: { big: 9218924040658817653n, hex: 31n, day: "2021-03-01", float: 1.5, on: "yes" },
    });
  });

  test("knows the place of each key and value, and of the parent where one is missing", () => {
    const read = parseYaml("# head\na:\n  - b: 1\n    c:   x\n  - {d: 2}\n", "f.yaml");
    if ("issues" in read) throw new Error("unexpected issues");
    const { locate } = read;
    expect([
      locate(["a"], "key"),
      locate(["a", 0, "c"], "key"),
      locate(["a", 0, "c"], "value"),
      locate(["a", 1, "d"], "value"),
      locate(["a", 1, "missing"], "value"),
      locate(["missing"], "value"),
    ]).toEqual([
      { line: 2, column: 1 },
      { line: 4, column: 5 },
      { line: 4, column: 10 },
      { line: 5, column: 9 },
      { line: 5, column: 5 },
      { line: 1, column: 1 },
    ]);
  });

  test("takes a byte order mark, Windows line ends and a trailing document end", () => {
    expect(parseYaml("\ufeffa: x\r\nb: y\r\n...\r\n", "f.yaml")).toMatchObject({ value: { a: "x", b: "y" } });
  });

  test("follows aliases", () => {
    expect(parseYaml("a: &list [x, y]\nb: *list\n", "f.yaml")).toMatchObject({
      value: { a: ["x", "y"], b: ["x", "y"] },
    });
  });

  test("keeps keys that JavaScript has a meaning for as plain keys", () => {
    const read = parseYaml("__proto__: { polluted: 1 }\nconstructor: x\n", "f.yaml");
    if ("issues" in read) throw new Error("unexpected issues");
    expect(Object.keys(read.value)).toEqual(["__proto__", "constructor"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test.each([
    ["", "1:1 the file is empty"],
    ["# only a comment\n", "1:1 the file is empty"],
    ["---\n...\n", "1:1 the file is empty"],
    ["~\n", "1:1 the file is empty"],
    ["- a\n- b\n", "1:1 the file is not a mapping"],
    ["just a text", "1:1 the file is not a mapping"],
    ["42", "1:1 the file is not a mapping"],
    ["\0", "1:1 the file is not a mapping"],
    ["a: 1\n---\nb: 2\n", "2:1 the file holds more than one YAML document"],
    ["a: 1\na: 2\n", "2:1 this is not valid YAML: Map keys must be unique"],
    ["a:\n  b: 1\n  b: 2\n", "3:3 this is not valid YAML: Map keys must be unique"],
    ["a:\n\tb: 1\n", "2:1 this is not valid YAML: Tabs are not allowed as indentation"],
    ["a: 'x\n", "2:1 this is not valid YAML: Missing closing 'quote"],
    ["a: b: c\n", "1:4 this is not valid YAML: Nested mappings are not allowed in compact mappings"],
    ["a: !js/function x\n", "1:4 this is not valid YAML: a tag (!name) that is not known"],
    ["a: !!binary aGVsbG8=\n", "1:4 this is not valid YAML: a tag (!name) that is not known"],
    ["? [a]\n: 1\n", "1:3 this is not valid YAML: With stringKeys, all keys must be strings"],
    ["%YAML 3.0\n---\na: 1\n", "1:7 this is not valid YAML: Unsupported YAML version 3.0"],
    ["a: *x\n", "1:4 the file goes beyond what a configuration needs"],
    ["a: &x [*x]\n", "1:8 the file goes beyond what a configuration needs"],
  ])("%j is one issue", (text, issue) => {
    expect(issuesOf(text)).toEqual([issue]);
  });

  test("stops at a bomb of aliases", () => {
    const levels = Array.from(
      { length: 9 },
      (_, n) => `l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(", ")}]`,
    );
    expect(issuesOf(["l0: &l0 [x, x]", ...levels].join("\n"))).toEqual([
      expect.stringMatching(/^\d+:\d+ the file goes beyond what a configuration needs$/),
    ]);
  });

  test("follows a hundred aliases and no more", () => {
    const aliases = (count: number) => `a: &x 1\nb: [${Array(count).fill("*x").join(", ")}]`;
    expect(issuesOf(aliases(100))).toEqual([]);
    expect(issuesOf(aliases(101))).toEqual(["2:405 the file goes beyond what a configuration needs"]);
  });

  test("counts lines and columns in the text, and never beyond its end", () => {
    const positionAt = createPositions("ab\n\nc");
    expect([0, 2, 3, 4, 5, 99].map((offset) => Object.values(positionAt(offset)))).toEqual([
      [1, 1],
      [1, 3],
      [2, 1],
      [3, 1],
      [3, 2],
      [3, 2],
    ]);
  });

  test("stops at too many values and at too many levels", () => {
    expect(issuesOf(`a: [${Array(20_001).fill(1).join(",")}]`)).toHaveLength(1);
    expect(issuesOf(`a: ${"[".repeat(21)}${"]".repeat(21)}`)).toHaveLength(1);
    expect(issuesOf(`a: ${"[".repeat(19)}${"]".repeat(19)}`)).toEqual([]);
  });

  test.each(["[", "{a: ", "- ", "? ", "&a [", "'\n"])(
    "survives %j a hundred thousand characters long",
    (unit) => {
      const issues = issuesOf(unit.repeat(Math.floor(100_000 / unit.length)));
      expect(issues.length).toBeGreaterThan(0);
      expect(issues.length).toBeLessThanOrEqual(5);
    },
  );

  test("refuses a text that is no configuration by its size", () => {
    expect(issuesOf(`a: ${"x".repeat(256_000)}`)).toEqual(["1:1 the file is too large"]);
  });

  test("never repeats text of a broken file, which may hold a secret", () => {
    const broken = [
      "k: 'hunter2",
      "k: !hunter2 x",
      "k: |hunter2\n",
      "hunter2: 1\nhunter2: 2",
      "k: [hunter2",
      "k: @hunter2",
    ];
    for (const text of broken) expect(JSON.stringify(parseYaml(text, "f.yaml"))).not.toContain("hunter2");
  });
});
