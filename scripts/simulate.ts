/**
 * Looks for a schedule in which rows are lost, doubled or mixed; the last line is `N schedules, N failed`.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { huntMutants, renderHunt } from "../test/simulation/hunt.ts";
import { writeKnownSeeds } from "../test/simulation/known-seeds.ts";
import { mutants } from "../test/simulation/mutants.ts";
import { plant } from "../test/simulation/mutate.ts";
import { findIdleFaults, renderFaults } from "../test/simulation/render-faults.ts";
import { simulate } from "../test/simulation/simulate.ts";
import { parseOptions } from "./parse-options.ts";

const usage =
  "usage: npm run simulate [-- [--seeds N] [--from N] [--workers N] [--trace SEED] [--mutant NAME] [--mutants [--write]]]";
const values = parseOptions(usage, {
  seeds: { type: "string", default: "10000" },
  from: { type: "string", default: "1" },
  workers: { type: "string", default: String(availableParallelism()) },
  trace: { type: "string" },
  mutant: { type: "string" },
  mutants: { type: "boolean", default: false },
  write: { type: "boolean", default: false },
});

/** Failures that are shown with their traces; the others with their seeds. */
const maxShown = 3;

if (values.mutant !== undefined) plantNamed(values.mutant);

const input = { seeds: readNumber("seeds"), from: readNumber("from"), workers: readNumber("workers") };

if (values.trace !== undefined) {
  // Loaded last: what was planted before is what it runs.
  const { renderFailure } = await import("../test/simulation/failure.ts");
  console.log(await renderFailure(readNumber("trace"), values.mutant === undefined ? "whole" : "smallest"));
} else if (values.mutants) {
  const found = await huntMutants({ ...input, onFound: (line) => console.error(line) });
  console.log(renderHunt(found));
  if (values.write) {
    const { pageUrl, renderPage } = await import("../test/simulation/page.ts");
    writeKnownSeeds(found);
    writeFileSync(pageUrl, await renderPage());
  }
  process.exitCode = found.every(({ seed }) => seed !== null) ? 0 : 1;
} else {
  await runSeeds();
}

async function runSeeds(): Promise<void> {
  let told = 0;
  let shown = 0;
  const onProgress = ({
    schedules,
    failed,
  }: {
    schedules: number;
    failed: { seed: number; violation: string }[];
  }) => {
    for (; shown < failed.length; shown += 1)
      console.error(`seed ${failed[shown]!.seed}: ${failed[shown]!.violation}`);
    if (schedules * 10 < told * input.seeds) return;
    told = Math.floor((schedules * 10) / input.seeds) + 1;
    console.error(`${schedules} of ${input.seeds} schedules, ${failed.length} failed`);
  };
  const report = await simulate({ ...input, mutant: null, profile: null, stopsAtFailure: false, onProgress });
  console.log(renderFaults(report.struck));
  const idle = findIdleFaults(report.struck);
  if (idle.length > 0) console.log(`too few schedules to meet: ${idle.join(", ")}`);
  console.log(`${report.steps} steps, fingerprint ${report.digest.toString(16).padStart(8, "0")}`);
  for (const [index, { seed, violation }] of report.failed.entries()) {
    const { renderFailure } = await import("../test/simulation/failure.ts");
    console.log(index < maxShown ? await renderFailure(seed, "smallest") : `seed ${seed}: ${violation}`);
  }
  console.log(`${report.schedules} schedules, ${report.failed.length} failed`);
  process.exitCode = report.failed.length > 0 ? 1 : 0;
}

/** Plants one of the known mistakes, so that the schedule that finds it can be looked at. */
function plantNamed(name: string): void {
  const mutant = mutants.find((one) => one.name === name);
  if (mutant !== undefined) {
    plant(mutant);
    return;
  }
  console.error(`--mutant takes one of: ${mutants.map((one) => one.name).join("; ")}`);
  process.exit(64);
}

function readNumber(name: "seeds" | "from" | "workers" | "trace"): number {
  const number = Number(values[name]);
  if (Number.isSafeInteger(number) && number > 0) return number;
  console.error(`--${name} takes a whole number above 0, and got ${values[name]}`);
  process.exit(64);
}
