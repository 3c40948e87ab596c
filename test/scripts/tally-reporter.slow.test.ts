import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runProgram } from "../package/run-program.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shardlift-tally-"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
});

afterEach(() => rm(folder, { recursive: true }));

/** Runs vitest over one test file. @returns what the reporter wrote */
async function runTests(text: string): Promise<unknown> {
  await writeFile(
    join(folder, "a.test.ts"),
    `import { afterAll, describe, expect, test } from "vitest";\n${text}`,
  );
  const vitest = join(root, "node_modules", ".bin", "vitest");
  const reporter = join(root, "scripts", "testing", "tally-reporter.ts");
  const tally = join(folder, "tally.json");
  const args = [vitest, "run", "--root", folder, `--reporter=${reporter}`];
  await runProgram(process.execPath, args, { cwd: folder, env: { SHARDLIFT_TALLY: tally } });
  return JSON.parse(await readFile(tally, "utf8"));
}

test("cases are counted, and what failed or was skipped comes with its reason", async () => {
  const text = `
    test("holds", () => {});
    describe("a group", () => test("fails", () => { throw new Error("1 is not 2\\nmore"); }));
    test("lacks data", ({ skip }) => skip("no data here"));
    test.skipIf(true)("needs java (skipped: no java)", () => {});
    test.todo("comes later");`;
  expect(await runTests(text)).toEqual({
    passed: 1,
    failures: [{ name: "a.test.ts > a group > fails", reason: "1 is not 2" }],
    skips: [
      { name: "a.test.ts > lacks data", reason: "no data here" },
      { name: "a.test.ts > needs java (skipped: no java)", reason: "see its title" },
      { name: "a.test.ts > comes later", reason: "to do" },
    ],
  });
});

test("a file that cannot be loaded is a failure", async () => {
  expect(await runTests('throw new Error("no such library");')).toEqual({
    passed: 0,
    failures: [{ name: "a.test.ts", reason: "no such library" }],
    skips: [],
  });
});

test("a hook that fails after its tests is a failure beside them", async () => {
  const text = 'test("holds", () => {}); afterAll(() => { throw new Error("left a file open"); });';
  expect(await runTests(text)).toEqual({
    passed: 1,
    failures: [{ name: "a.test.ts", reason: "left a file open" }],
    skips: [],
  });
});

test("an error that no test caught is a failure", async () => {
  const text =
    'test("holds", async () => { Promise.reject(new Error("nobody waited")); await new Promise(setImmediate); });';
  expect(await runTests(text)).toEqual({
    passed: 1,
    failures: [{ name: "unhandled error", reason: "nobody waited" }],
    skips: [],
  });
});
