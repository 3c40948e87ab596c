import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyCheckout } from "./copy-checkout.ts";
import { type Ended, runProgram } from "./run-program.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const quiet = { npm_config_loglevel: "error", npm_config_offline: "true" };

let folder: string;
let checkout: string;
let consumer: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shardlift-package-"));
  checkout = await copyCheckout(root, join(folder, "checkout"));
  consumer = join(folder, "consumer");
  await installTarball(await packTarball());
});

afterAll(() => rm(folder, { recursive: true }));

/** `npm pack`, with its build run by hand: the script that starts programs would look after node_modules. */
async function packTarball(): Promise<string> {
  // What `compile` and tools leave in a checkout.
  await mkdir(join(checkout, "dags", "__pycache__"), { recursive: true });
  for (const name of ["__pycache__/a.cpython-312.pyc", "shardlift_manifest.json"]) {
    await writeFile(join(checkout, "dags", name), "left behind");
  }
  await mustRun("node", ["scripts/build.ts"], checkout);
  const { stdout } = await mustRun("npm", ["pack", "--ignore-scripts", "--json"], checkout);
  const packed = JSON.parse(stdout);
  return join(checkout, (Array.isArray(packed) ? packed[0] : packed.shardlift).filename);
}

/** What `npm install` would do, without a registry: the package unpacked, its own dependencies and no others. */
async function installTarball(tarball: string): Promise<void> {
  const modules = join(consumer, "node_modules");
  await mkdir(join(modules, "shardlift"), { recursive: true });
  await mkdir(join(modules, ".bin"));
  await mustRun("tar", ["-xzf", tarball, "-C", join(modules, "shardlift"), "--strip-components=1"], folder);
  await symlink(join("..", "shardlift", manifest.bin.shardlift), join(modules, ".bin", "shardlift"));
  for (const name of Object.keys(manifest.dependencies)) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(root, "node_modules", name), join(modules, name));
  }
  await writeFile(join(consumer, "package.json"), JSON.stringify({ name: "consumer", type: "module" }));
}

async function mustRun(command: string, args: readonly string[], cwd: string): Promise<Ended> {
  const ended = await runProgram(command, args, { cwd, env: quiet });
  if (ended.code !== 0) throw new Error(`${command} ${args.join(" ")}\n${ended.stdout}${ended.stderr}`);
  return ended;
}

describe("the packed package", () => {
  test("holds what runs and nothing of the workshop", async () => {
    const packed = await readdir(join(consumer, "node_modules", "shardlift"));
    const workshop = [
      "src",
      "test",
      "scripts",
      "tools",
      "bench",
      "deploy",
      "tsconfig.json",
      ".npmrc",
      "node_modules",
    ];
    expect(packed).toEqual(expect.arrayContaining(["LICENSE", "bin", "dist", "package.json", "sql"]));
    expect(packed.filter((name) => workshop.includes(name))).toEqual([]);
    const everything = await readdir(join(consumer, "node_modules", "shardlift"), { recursive: true });
    expect(everything).toContain(join("dags", "shardlift_dags.py"));
    expect(everything.filter((name) => /__pycache__|shardlift_manifest\.json/.test(name))).toEqual([]);
  });

  test("runs by npx", async () => {
    const ended = await runProgram("npx", ["shardlift", "--version"], { cwd: consumer, env: quiet });
    expect(ended).toEqual({ code: 0, signal: null, stdout: `${manifest.version}\n`, stderr: "" });
  });

  test("shows its help, and the tasks by name", async () => {
    const { code, stdout, stderr } = await runProgram("npx", ["shardlift", "--help"], {
      cwd: consumer,
      env: quiet,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const name of ["plan", "run", "extract", "load", "reconcile"])
      expect(stdout).toContain(`  ${name} `);
  });

  test("plans and runs by import", async () => {
    const program = 'import { plan, run } from "shardlift"; console.log(typeof plan, typeof run);';
    const ended = await runProgram("node", ["--input-type=module", "-e", program], { cwd: consumer });
    expect(ended).toEqual({ code: 0, signal: null, stdout: "function function\n", stderr: "" });
  });

  test("brings types that hold, and that refuse what is wrong", async () => {
    const lines = [
      'import { plan, run } from "shardlift";',
      "export const tasks: ((...args: never) => Promise<unknown>)[] = [plan, run];",
      "// @ts-expect-error a task is not a text",
      "export const wrong: string = plan;",
    ];
    await writeFile(join(consumer, "consumer.ts"), lines.join("\n"));
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2023"];
    const types = ["--typeRoots", join(root, "node_modules", "@types"), "--types", "node"];
    const tsc = join(root, "node_modules", ".bin", "tsc");
    const ended = await runProgram("node", [tsc, ...options, ...types, "consumer.ts"], { cwd: consumer });
    expect(ended).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });
  });
});

describe("in the checkout", () => {
  test("npx runs the sources", async () => {
    const ended = await runProgram("npx", ["shardlift", "--version"], { cwd: checkout, env: quiet });
    expect(ended).toEqual({ code: 0, signal: null, stdout: `${manifest.version}\n`, stderr: "" });
  });
});
