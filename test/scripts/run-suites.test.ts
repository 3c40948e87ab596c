import { describe, expect, test } from "vitest";
import { renderClosing, runSuites, type Suite, type Tally } from "../../scripts/testing/run-suites.ts";

const onePassed: Tally = { passed: 1, failures: [], skips: [] };

function buildSuite(name: string, differs: Partial<Suite> & { tally?: Tally } = {}): Suite {
  return { name, needs: [], run: async () => differs.tally ?? onePassed, ...differs };
}

function run(suites: Suite[], options: { isCi?: boolean } = {}): Promise<Tally> {
  const toolchains = { python: () => null, java: () => "no java on this machine" };
  return runSuites(suites, { toolchains, isCi: options.isCi ?? false, log: () => {} });
}

describe("a run of suites", () => {
  test("adds up what all of them report", async () => {
    const mixed: Tally = {
      passed: 4,
      failures: [{ name: "a", reason: "1 is not 2" }],
      skips: [{ name: "b", reason: "no data" }],
    };
    expect(
      await run([buildSuite("one", { tally: mixed }), buildSuite("two", { needs: ["python"] })]),
    ).toEqual({
      passed: 5,
      failures: [{ name: "a", reason: "1 is not 2" }],
      skips: [{ name: "b", reason: "no data" }],
    });
  });

  test("goes on after a suite that broke, and counts it as failed", async () => {
    const broken = buildSuite("broken", { run: () => Promise.reject(new Error("no such program")) });
    expect(await run([broken, buildSuite("next")])).toEqual({
      passed: 1,
      failures: [{ name: "broken", reason: "Error: no such program" }],
      skips: [],
    });
  });

  test("runs a suite that lacks a part, and tells the part as skipped, in continuous integration as failed", async () => {
    const suites = [buildSuite("one", { partlyNeeds: ["python", "java"] })];
    const outcome = { name: "part of one", reason: "no java on this machine" };
    expect(await run(suites)).toEqual({ passed: 1, failures: [], skips: [outcome] });
    expect(await run(suites, { isCi: true })).toEqual({ passed: 1, failures: [outcome], skips: [] });
  });

  test("skips a suite whose toolchain is missing, with the reason", async () => {
    expect(await run([buildSuite("glue", { needs: ["python", "java"] })])).toEqual({
      passed: 0,
      failures: [],
      skips: [{ name: "glue", reason: "no java on this machine" }],
    });
  });

  test("fails for a missing toolchain in continuous integration", async () => {
    expect(await run([buildSuite("glue", { needs: ["java"] })], { isCi: true })).toEqual({
      passed: 0,
      failures: [{ name: "glue", reason: "no java on this machine" }],
      skips: [],
    });
  });

  test("fails for a suite that ran no test, even where it skipped some", async () => {
    const skips = [{ name: "a", reason: "no data" }];
    expect(await run([buildSuite("empty", { tally: { passed: 0, failures: [], skips } })])).toEqual({
      passed: 0,
      failures: [{ name: "empty", reason: "the suite ran no test" }],
      skips,
    });
  });

  test("refuses a suite that needs a toolchain nobody defined", async () => {
    await expect(run([buildSuite("odd", { needs: ["cobol"] })])).rejects.toThrow(
      "no toolchain is called cobol",
    );
  });
});

test("the closing lines list skips and failures, then the counts and nothing after them", () => {
  const tally: Tally = {
    passed: 7,
    failures: [{ name: "b", reason: "2 is not 3" }],
    skips: [{ name: "a", reason: "no data" }],
  };
  expect(renderClosing(tally)).toBe(
    ["", "skipped: a (no data)", "failed: b (2 is not 3)", "7 passed, 1 failed, 1 skipped"].join("\n"),
  );
});
