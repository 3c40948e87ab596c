/** What came of test cases. Failures and skips are listed with their reasons in the closing lines. */
export interface Tally {
  passed: number;
  failures: Outcome[];
  skips: Outcome[];
}

export interface Outcome {
  name: string;
  reason: string;
}

/** One kind of test. `needs` names toolchains that a machine may lack. */
export interface Suite {
  name: string;
  needs: readonly string[];
  run(): Promise<Tally>;
}

/** Per toolchain: why it cannot be used here, or null where it can. */
export type Toolchains = Record<string, () => string | null>;

export interface RunOptions {
  toolchains: Toolchains;
  /** In continuous integration a missing toolchain is a failure: it should have been there. */
  isCi: boolean;
  log(line: string): void;
}

/** Runs the suites one after the other, each to its end whatever became of the others. */
export async function runSuites(suites: readonly Suite[], options: RunOptions): Promise<Tally> {
  const total: Tally = { passed: 0, failures: [], skips: [] };
  for (const suite of suites) {
    options.log(`\n== ${suite.name}`);
    const tally = await runSuite(suite, options);
    total.passed += tally.passed;
    total.failures.push(...tally.failures);
    total.skips.push(...tally.skips);
  }
  return total;
}

async function runSuite(suite: Suite, options: RunOptions): Promise<Tally> {
  const missing = suite.needs.flatMap((name) => findMissing(name, options.toolchains));
  if (missing.length > 0) {
    const outcome = { name: suite.name, reason: missing.join("; ") };
    return { passed: 0, failures: options.isCi ? [outcome] : [], skips: options.isCi ? [] : [outcome] };
  }
  try {
    return refuseEmpty(suite.name, await suite.run());
  } catch (error) {
    return { passed: 0, failures: [{ name: suite.name, reason: String(error) }], skips: [] };
  }
}

function findMissing(name: string, toolchains: Toolchains): string[] {
  const probe = toolchains[name];
  if (probe === undefined) throw new Error(`no toolchain is called ${name}`);
  const reason = probe();
  return reason === null ? [] : [reason];
}

/** A suite that ran nothing proves nothing. */
function refuseEmpty(name: string, tally: Tally): Tally {
  if (tally.passed + tally.failures.length > 0) return tally;
  return { ...tally, failures: [{ name, reason: "the suite ran no test" }] };
}

/** The closing lines; the last one is the count over all suites. */
export function renderClosing(tally: Tally): string {
  return [
    "",
    ...tally.skips.map(({ name, reason }) => `skipped: ${name} (${reason})`),
    ...tally.failures.map(({ name, reason }) => `failed: ${name} (${reason})`),
    `${tally.passed} passed, ${tally.failures.length} failed, ${tally.skips.length} skipped`,
  ].join("\n");
}
