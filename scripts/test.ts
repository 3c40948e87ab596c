/**
 * Runs all suites; the last line is `N passed, N failed, N skipped`.
 * usage: npm test [-- <filter> …]    npm run test:fast [-- <filter> …]
 * A filter is vitest's (part of a test file's path) and leaves the other suites out; `-- --grammar` runs that of
 * Snowflake's grammar alone.
 */
import { renderClosing, runSuites } from "./testing/run-suites.ts";
import { buildSuites, grammarSuite, toolchains } from "./testing/suites.ts";

const args = process.argv.slice(2);
const filters = args.filter((arg) => arg !== "--fast");
const suites = args.includes("--grammar")
  ? [grammarSuite]
  : buildSuites({ slow: !args.includes("--fast"), filters });
const tally = await runSuites(suites, {
  toolchains,
  isCi: Boolean(process.env.CI) && process.env.CI !== "false",
  log: (line) => console.log(line),
});
console.log(renderClosing(tally));
process.exitCode = tally.failures.length > 0 ? 1 : 0;
