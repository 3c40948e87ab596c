/**
 * Looks for a schedule in which rows are lost, doubled or mixed; the last line is `N schedules, N failed`.
 * usage: npm run simulate [-- --seeds N] [--from N] [--workers N] [--trace SEED] [--mutants]
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { renderFailure } from "../test/simulation/failure.ts";
import { huntMutants, renderHunt } from "../test/simulation/hunt.ts";
import { renderFaults } from "../test/simulation/render-faults.ts";
import { simulate } from "../test/simulation/simulate.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "10000" },
    from: { type: "string", default: "1" },
    workers: { type: "string", default: String(availableParallelism()) },
    trace: { type: "string" },
    mutants: { type: "boolean", default: false },
  },
});

/** Failures that are shown with their traces; the others with their seeds. */
const maxShown = 3;

const input = { seeds: readNumber("seeds"), from: readNumber("from"), workers: readNumber("workers") };

if (values.trace !== undefined) {
  console.log(await renderFailure(readNumber("trace"), "whole"));
} else if (values.mutants) {
  const found = await huntMutants({ ...input, onFound: (line) => console.error(line) });
  console.log(renderHunt(found));
  process.exitCode = found.every(({ seed }) => seed !== null) ? 0 : 1;
} else {
  await runSeeds();
}

async function runSeeds(): Promise<void> {
  let told = 0;
  const onProgress = ({ schedules, failed }: { schedules: number; failed: unknown[] }) => {
    if (schedules * 10 < told * input.seeds) return;
    told = Math.floor((schedules * 10) / input.seeds) + 1;
    console.error(`${schedules} of ${input.seeds} schedules, ${failed.length} failed`);
  };
  const report = await simulate({ ...input, mutant: null, stopsAtFailure: false, onProgress });
  console.log(renderFaults(report.struck));
  console.log(`${report.steps} steps, fingerprint ${report.digest.toString(16).padStart(8, "0")}`);
  for (const [index, { seed, violation }] of report.failed.entries()) {
    console.log(index < maxShown ? await renderFailure(seed, "smallest") : `seed ${seed}: ${violation}`);
  }
  console.log(`${report.schedules} schedules, ${report.failed.length} failed`);
  process.exitCode = report.failed.length > 0 ? 1 : 0;
}

function readNumber(name: "seeds" | "from" | "workers" | "trace"): number {
  const number = Number(values[name]);
  if (Number.isSafeInteger(number) && number > 0) return number;
  console.error(`--${name} takes a whole number above 0, and got ${values[name]}`);
  process.exit(64);
}
