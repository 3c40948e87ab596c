import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestCase, TestModule } from "vitest/node";
import type { Outcome, Tally } from "./run-suites.ts";

/** Writes the counts of a vitest run to the file that SHARDLIFT_TALLY names. */
export default function createTallyReporter(): Reporter {
  return {
    onTestRunEnd(modules, unhandledErrors) {
      const path = process.env.SHARDLIFT_TALLY;
      if (path) writeFileSync(path, JSON.stringify(buildTally(modules, unhandledErrors)));
    },
  };
}

/** A module that fails outside its tests (an import, a hook) is a failure of its own. */
export function buildTally(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Tally {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const inState = (state: string) => tests.filter((test) => test.result().state === state);
  return {
    passed: inState("passed").length,
    failures: [
      ...inState("failed").map((test) => describeTest(test, test.result().errors?.[0]?.message)),
      ...inState("pending").map((test) => describeTest(test, "did not end")),
      ...modules.flatMap(describeModuleErrors),
      ...unhandled.map(({ message }) => ({ name: "unhandled error", reason: firstLine(message) })),
    ],
    skips: inState("skipped").map((test) => describeTest(test, readSkipReason(test))),
  };
}

function describeTest(test: TestCase, reason: string | undefined): Outcome {
  return { name: `${test.module.relativeModuleId} > ${test.fullName}`, reason: firstLine(reason ?? "") };
}

function describeModuleErrors(module: TestModule): Outcome[] {
  const suites = [...module.children.allSuites()];
  return [module, ...suites].flatMap((suite) =>
    suite.errors().map(({ message }) => ({ name: module.relativeModuleId, reason: firstLine(message) })),
  );
}

/** `skip("why")` leaves a note; `skipIf` cannot, there the title says why. */
function readSkipReason(test: TestCase): string {
  const result = test.result();
  if (result.state === "skipped" && result.note) return result.note;
  return test.options.mode === "todo" ? "to do" : "see its title";
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
