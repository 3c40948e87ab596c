import { expect, test } from "vitest";
import { buildDemoTally } from "../../scripts/testing/airflow.ts";

const story = "It is 2026-11-15 20:00.\n";

test("a demo that ended well, with rows and without differences, is one passed test", () => {
  const said = `${story}\ndemo ok: 33 days, 59,770 rows, 0 differences\n`;
  expect(buildDemoTally(said, 0)).toEqual({ passed: 1, failures: [], skips: [] });
});

test.each([
  ["that found differences", `${story}demo failed: 33 days, 59,770 rows, 2 differences\n`, 65],
  ["that lifted nothing", `${story}demo ok: 0 days, 0 rows, 0 differences\n`, 0],
  ["that ended before its last line", story, 0],
  ["that was ended", `${story}demo ok: 33 days, 59,770 rows, 0 differences\n`, null],
  ["that said nothing", "", 1],
])("a demo %s is a failure that shows its last line", (_, said, status) => {
  const { passed, failures } = buildDemoTally(said, status);
  const last = said.trimEnd().split("\n").at(-1);
  expect([passed, failures]).toEqual([
    0,
    [{ name: "demo:airflow", reason: `exit code ${status}; its last line is "${last}"` }],
  ]);
});
