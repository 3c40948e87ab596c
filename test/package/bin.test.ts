import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Ended, type ProgramOptions, runProgram } from "./run-program.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shardlift-bin-"));
});

afterEach(() => rm(folder, { recursive: true }));

/** A package of which only `bin/` is real; `program` stands where the command line would. */
async function layPackage(at: string, path: string, program: string, engines = ">=22.13"): Promise<string> {
  await cp(join(root, "bin"), join(at, "bin"), { recursive: true });
  await mkdir(join(at, path, ".."), { recursive: true });
  await writeFile(join(at, path), program);
  await writeFile(
    join(at, "package.json"),
    JSON.stringify({ name: "shardlift", type: "module", engines: { node: engines } }),
  );
  return join(at, "bin", "shardlift.mjs");
}

/** The Node that `npm ci` puts into a checkout. */
async function layCheckoutNode(): Promise<void> {
  const bin = join(folder, "node_modules", `node-${process.platform}-${process.arch}`, "bin");
  await mkdir(bin, { recursive: true });
  await symlink(process.execPath, join(bin, "node"));
}

const asOldNode = "--no-experimental-strip-types";

function run(args: readonly string[], options: Partial<ProgramOptions> = {}): Promise<Ended> {
  return runProgram(process.execPath, args, { cwd: folder, ...options });
}

describe("in a checkout the command", () => {
  test("runs the sources, with its arguments and exit code", async () => {
    const script = await layPackage(
      folder,
      "src/cli.ts",
      "const args: string[] = process.argv.slice(2);\nconsole.log(args.join('|'));\nprocess.exitCode = 65;",
    );
    expect(await run([script, "plan", "--days", "a b"])).toEqual({
      code: 65,
      signal: null,
      stdout: "plan|--days|a b\n",
      stderr: "",
    });
  });

  test("hands over to the checkout's Node where the running one cannot strip types", async () => {
    const program =
      "const flags: string[] = process.execArgv;\nconsole.log(flags.length);\nprocess.exitCode = 75;";
    const script = await layPackage(folder, "src/cli.ts", program);
    await layCheckoutNode();
    expect(await run([asOldNode, script])).toEqual({ code: 75, signal: null, stdout: "0\n", stderr: "" });
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "passes %s on and ends with the code it leads to",
    async (signal) => {
      const program = `process.on("${signal}", () => process.exit(143)); setInterval(() => {}, 9e5); console.log("up");`;
      const script = await layPackage(folder, "src/cli.ts", program);
      await layCheckoutNode();
      const ended = await run([asOldNode, script], { onStdout: (_, child) => child.kill(signal) });
      expect(ended).toEqual({ code: 143, signal: null, stdout: "up\n", stderr: "" });
    },
  );

  test("dies of the signal that its program died of", async () => {
    const script = await layPackage(folder, "src/cli.ts", "process.kill(process.pid, 'SIGKILL');");
    await layCheckoutNode();
    expect(await run([asOldNode, script])).toEqual({ code: null, signal: "SIGKILL", stdout: "", stderr: "" });
  });

  test("says what is missing where there is no Node to hand over to", async () => {
    const script = await layPackage(folder, "src/cli.ts", "");
    expect(await run([asOldNode, script])).toEqual({
      code: 64,
      signal: null,
      stdout: "",
      stderr: `shardlift: the sources need Node 24, this is ${process.version}; "npm ci" puts one into node_modules\n`,
    });
  });
});

describe("in an installed package the command", () => {
  test("runs what was built, even where sources lie beside it", async () => {
    const at = join(folder, "node_modules", "shardlift");
    await layPackage(at, "src/cli.ts", "console.log('sources');");
    const script = await layPackage(at, "dist/cli.js", "console.log('built');");
    expect(await run([script])).toEqual({ code: 0, signal: null, stdout: "built\n", stderr: "" });
  });

  test("says in one line that the Node is too old", async () => {
    const at = join(folder, "node_modules", "shardlift");
    const script = await layPackage(at, "dist/cli.js", "console.log('built');", ">=99.1");
    expect(await run([script])).toEqual({
      code: 64,
      signal: null,
      stdout: "",
      stderr: `shardlift: Node 99.1 or newer is needed, this is ${process.version}\n`,
    });
  });

  test("keeps quiet about SQLite being an experiment, about machines that are not Google's, and about nothing else", async () => {
    const program = [
      "process.emitWarning('SQLite is an experimental feature and might change', 'ExperimentalWarning');",
      "process.emitWarning('Type Stripping is an experimental feature', 'ExperimentalWarning');",
      "process.emitWarning('SQLite is an experimental feature', 'OtherWarning');",
      "process.emitWarning('received unexpected error, experimental', 'MetadataLookupWarning');",
      "process.emitWarning('Lasers are an experimental feature', 'ExperimentalWarning');",
    ].join("\n");
    const script = await layPackage(join(folder, "node_modules", "shardlift"), "dist/cli.js", program);
    const { stderr } = await run([script]);
    expect(stderr.split("\n").filter((line) => line.includes("experimental"))).toEqual([
      expect.stringMatching(/OtherWarning: SQLite is an experimental feature$/),
      expect.stringMatching(/ExperimentalWarning: Lasers are an experimental feature$/),
    ]);
  });
});
