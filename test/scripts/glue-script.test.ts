import { describe, expect, test } from "vitest";
import { buildPytestTally } from "../../scripts/testing/glue-script.ts";

describe("pytest's summary", () => {
  test("counts what passed", () => {
    const stdout = "......  [100%]\n54 passed in 14.14s\n";
    expect(buildPytestTally(stdout, 0)).toEqual({ passed: 54, failures: [], skips: [] });
  });

  test("names what failed, with the reason where there is one", () => {
    const stdout =
      "F.E\nFAILED test/glue/test_run.py::test_a[1-x] - AssertionError: 1 is not 2\nERROR test/glue/test_b.py\n1 failed, 2 passed, 1 error in 61.20s (0:01:01)\n";
    expect(buildPytestTally(stdout, 1)).toEqual({
      passed: 2,
      failures: [
        { name: "test/glue/test_run.py::test_a[1-x]", reason: "AssertionError: 1 is not 2" },
        { name: "test/glue/test_b.py", reason: "see above" },
      ],
      skips: [],
    });
  });

  test("tells of what was skipped and why", () => {
    const stdout = "SKIPPED [10] test/glue/test_s3_lake.py:40: no stand-in\n54 passed, 10 skipped in 9.00s\n";
    expect(buildPytestTally(stdout, 0)).toEqual({
      passed: 54,
      failures: [],
      skips: [{ name: "test/glue/test_s3_lake.py:40", reason: "no stand-in" }],
    });
  });

  test("is a failure where it ended otherwise than well and names nothing", () => {
    expect(buildPytestTally("", null).failures).toEqual([
      { name: "pytest", reason: "exit code null; see above" },
    ]);
  });
});
