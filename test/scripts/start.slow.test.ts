import { cp, mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Ended, runProgram } from "../package/run-program.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const here = { os: [process.platform], cpu: [process.arch] };
const elsewhere = { os: ["aix"], cpu: ["ppc64"] };
let folder: string;

/** A checkout with two locked packages and a program that says on what it runs and with which arguments. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shardlift-start-"));
  await cp(join(root, "bin"), join(folder, "bin"), { recursive: true });
  await mkdir(join(folder, "scripts"));
  await cp(join(root, "scripts", "start.mjs"), join(folder, "scripts", "start.mjs"));
  await writeFile(
    join(folder, "program.mjs"),
    "console.log('ran', ...process.argv.slice(2)); process.exitCode = 3;",
  );
  await writeFile(join(folder, "npm.mjs"), npm);
  await lock({ "node_modules/a": { version: "1.0.0", integrity: "sha512-a" } });
});

afterEach(() => rm(folder, { recursive: true }));

/** Stands for npm: notes how it was called and lays what the lock file says, and the checkout's Node. */
const npm = `
import { appendFileSync, copyFileSync, mkdirSync, symlinkSync, existsSync } from "node:fs";
appendFileSync("calls.txt", process.argv.slice(2).join(" ") + "\\n");
if (existsSync("broken")) process.exit(1);
const bin = "node_modules/node-${process.platform}-${process.arch}/bin";
mkdirSync(bin, { recursive: true });
mkdirSync("node_modules/.bin", { recursive: true });
if (!existsSync(bin + "/node")) symlinkSync(${JSON.stringify(process.execPath)}, bin + "/node");
copyFileSync("package-lock.json", "node_modules/.package-lock.json");
`;

type Packages = Record<string, object>;

function lock(packages: Packages): Promise<void> {
  return writeFile(join(folder, "package-lock.json"), JSON.stringify({ packages: { "": {}, ...packages } }));
}

async function layInstalled(packages: Packages): Promise<void> {
  await mkdir(join(folder, "node_modules"), { recursive: true });
  await writeFile(join(folder, "node_modules", ".package-lock.json"), JSON.stringify({ packages }));
}

function start(options: readonly string[] = []): Promise<Ended> {
  const args = [...options, "scripts/start.mjs", "program.mjs", "--days", "all"];
  return runProgram(process.execPath, args, { cwd: folder, env: { npm_execpath: join(folder, "npm.mjs") } });
}

async function readCalls(): Promise<string[]> {
  const text = await readFile(join(folder, "calls.txt"), "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

const ran = { code: 3, signal: null, stdout: "ran --days all\n" };
const installs = { ...ran, stderr: "installing packages (npm ci)\n" };

test("a fresh clone is installed without install scripts, then the program runs with its arguments", async () => {
  expect(await start()).toEqual(installs);
  expect(await readCalls()).toEqual(["ci --ignore-scripts"]);
});

test("an old Node fetches its successor first", async () => {
  expect(await start(["--no-experimental-strip-types"])).toEqual(installs);
  expect(await readCalls()).toEqual(["ci --ignore-scripts --workspace tools/node", "ci --ignore-scripts"]);
});

test("the checkout's Node gets its link, which npm 10 does not make", async () => {
  await start();
  const link = join(folder, "node_modules", ".bin", "node");
  expect(await readlink(link)).toBe(`../node-${process.platform}-${process.arch}/bin/node`);
});

test("what is installed already is left as it is", async () => {
  await start();
  expect(await start()).toEqual({ ...ran, stderr: "" });
  expect(await readCalls()).toHaveLength(1);
});

test("optional packages of other platforms may be missing", async () => {
  const packages = { "node_modules/a": { version: "1.0.0" } };
  await lock({ ...packages, "node_modules/b": { version: "1.0.0", optional: true, ...elsewhere } });
  await layInstalled(packages);
  expect(await start()).toEqual({ ...ran, stderr: "" });
  expect(await readCalls()).toEqual([]);
});

test.each([
  ["of another version", { "node_modules/a": { version: "0.9.0", integrity: "sha512-a" } }],
  ["of other content", { "node_modules/a": { version: "1.0.0", integrity: "sha512-b" } }],
  ["missing", {}],
])("a package that is %s is installed", async (_, packages) => {
  await layInstalled(packages);
  expect(await start()).toEqual(installs);
});

test("an optional package that an old Node left out is installed", async () => {
  await lock({ "node_modules/b": { version: "1.0.0", optional: true, ...here } });
  await layInstalled({});
  expect(await start()).toEqual(installs);
});

test("a failed install ends with what failed, and the program does not run", async () => {
  await writeFile(join(folder, "broken"), "");
  expect(await start()).toEqual({
    code: 1,
    signal: null,
    stdout: "",
    stderr: "installing packages (npm ci)\nnpm ci failed; the lines above say why\n",
  });
});

test("packages of another checkout are never replaced through a link", async () => {
  await mkdir(join(folder, "other"));
  await symlink(join(folder, "other"), join(folder, "node_modules"));
  expect(await start()).toEqual({
    code: 1,
    signal: null,
    stdout: "",
    stderr: "node_modules is a link to outdated packages: run npm ci where it leads\n",
  });
  expect(await readCalls()).toEqual([]);
});
