import { expect, test } from "vitest";
import { renderAnnotations } from "../../../src/cli/review/render-annotations.ts";

const issue = {
  file: "pipelines/a.yaml",
  line: 3,
  column: 5,
  failed: "owner is 100% wrong",
  rule: "one, or: two",
  received: '"x"',
  remedy: "mend it",
};

test("a problem is one line that GitHub's runners read", () => {
  expect(renderAnnotations([issue])).toBe(
    '::error file=pipelines/a.yaml,line=3,col=5,title=Shardlift::owner is 100%25 wrong%0Arule: one, or: two%0Areceived: "x"%0Ato do: mend it\n',
  );
});

test("a problem without a place names its file", () => {
  const said = renderAnnotations([{ ...issue, line: null, column: null }]);
  expect(said).toMatch(/^::error file=pipelines\/a\.yaml,title=Shardlift::/);
});

test("no name of a file ends its property or the line", () => {
  const said = renderAnnotations([
    { ...issue, file: "pipelines/a,b:c\n::x%.yaml", received: "\r\n::warning::" },
  ]);
  expect(said.startsWith("::error file=pipelines/a%2Cb%3Ac%0A%3A%3Ax%25.yaml,line=3,")).toBe(true);
  expect(said.split("\n")).toHaveLength(2);
  expect(said).toContain("%0D%0A::warning::%0A");
});
