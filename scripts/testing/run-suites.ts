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
  /** Toolchains without which some of its tests are skipped. */
  partlyNeeds?: readonly string[];
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
  let total: Tally = { passed: 0, failures: [], skips: [] };
  for (const suite of suites) {
    options.log(`\n== ${suite.name}`);
    total = add(total, await runSuite(suite, options));
  }
  return total;
}

async function runSuite(suite: Suite, options: RunOptions): Promise<Tally> {
  const missing = suite.needs.flatMap((name) => findMissing(name, options.toolchains));
  if (missing.length > 0) return tellMissing(suite.name, missing, options);
  const lacking = (suite.partlyNeeds ?? []).flatMap((name) => findMissing(name, options.toolchains));
  const told = lacking.map((reason) => tellMissing(`part of ${suite.name}`, [reason], options));
  return [await runWhole(suite), ...told].reduce(add);
}

async function runWhole(suite: Suite): Promise<Tally> {
  try {
    return refuseEmpty(suite.name, await suite.run());
  } catch (error) {
    return { passed: 0, failures: [{ name: suite.name, reason: String(error) }], skips: [] };
  }
}

function tellMissing(name: string, missing: readonly string[], { isCi }: RunOptions): Tally {
  const outcomes = [{ name, reason: missing.join("; ") }];
  return { passed: 0, failures: isCi ? outcomes : [], skips: isCi ? [] : outcomes };
}

function add(one: Tally, other: Tally): Tally {
  return {
    passed: one.passed + other.passed,
    failures: [...one.failures, ...other.failures],
    skips: [...one.skips, ...other.skips],
  };
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
