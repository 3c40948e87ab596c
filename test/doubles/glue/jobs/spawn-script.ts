import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import type { Execute, ExecutionEnd, ExecutionInput } from "./execution.ts";
import { readSessionMemory } from "./session-memory.ts";

/** A script as Glue has laid it out on its driver. */
export interface StagedScript {
  folder: string;
  path: string;
  /** `--extra-py-files`, in order. */
  pyFiles: string[];
  /** `--conf`, each `name=value`. */
  conf: string[];
  argv: string[];
}

export interface Command {
  file: string;
  args: string[];
  env?: Record<string, string>;
}

export interface SpawnOptions {
  /** An object of S3 by its URI; rejects where it is not there. */
  readObject(uri: string): Promise<Uint8Array>;
  buildCommand(script: StagedScript): Command;
  /** What a worker of a type holds, bytes; who takes more is killed. Left out: as much as this machine has. */
  chooseMemory?(workerType: string): number;
}

/** ms between two looks at a script's memory. */
const memoryEveryMs = 100;

/**
 * Runs the real script in processes of its own. Modules (`--additional-python-modules`) must be objects that are
 * there, but are not installed: the interpreter is expected to have them.
 */
export function spawnScript(options: SpawnOptions): Execute {
  return (input) => {
    const killer = new AbortController();
    const ended = run(options, input, killer.signal).catch((error: unknown): ExecutionEnd => {
      input.print(String(error));
      return { exitCode: killer.signal.aborted ? null : 1 };
    });
    return { ended, kill: () => killer.abort() };
  };
}

async function run(options: SpawnOptions, input: ExecutionInput, signal: AbortSignal): Promise<ExecutionEnd> {
  const folder = await mkdtemp(join(tmpdir(), "glue-"));
  try {
    const staged = await stage(options, input, folder);
    signal.throwIfAborted();
    const memoryBytes = options.chooseMemory?.(input.workerType) ?? null;
    return await spawnCommand(options.buildCommand(staged), input, { cwd: folder, signal, memoryBytes });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function stage(
  { readObject }: SpawnOptions,
  { scriptUri, arguments: given }: ExecutionInput,
  folder: string,
): Promise<StagedScript> {
  const fetch = async (uri: string, into: string) => {
    const body = await readObject(uri).catch((error: unknown) => {
      throw new Error(`LAUNCH ERROR | File does not exist: ${uri} (${error})`);
    });
    await mkdir(join(folder, into), { recursive: true });
    const path = join(folder, into, basename(uri));
    await writeFile(path, body);
    return path;
  };
  const list = (name: string) => (given[name] ?? "").split(",").filter((uri) => uri !== "");
  const path = await fetch(scriptUri, "script");
  const pyFiles: string[] = [];
  for (const uri of list("--extra-py-files")) pyFiles.push(await fetch(uri, "py-files"));
  const modules = list("--additional-python-modules").filter((name) => name.startsWith("s3://"));
  for (const uri of modules) await fetch(uri, "modules");
  const conf = (given["--conf"] ?? "").split(/\s*--conf\s+/).filter((text) => text !== "");
  return { folder, path, pyFiles, conf, argv: Object.entries(given).flat() };
}

interface Bounds {
  cwd: string;
  signal: AbortSignal;
  memoryBytes: number | null;
}

function spawnCommand(
  { file, args, env }: Command,
  { print }: ExecutionInput,
  { cwd, signal, memoryBytes }: Bounds,
): Promise<ExecutionEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, detached: true, stdio: "pipe" });
    const kill = () => killGroup(child.pid);
    signal.addEventListener("abort", kill, { once: true });
    child.stdin.end();
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on("line", print);
    child.on("error", reject);
    const watch = memoryBytes === null ? null : watchMemory(child.pid, memoryBytes);
    child.on("close", (code, killer) => {
      signal.removeEventListener("abort", kill);
      const isOutOfMemory = watch?.end() === true;
      const exitCode = killer === null ? code : 128 + constants.signals[killer];
      resolve({ exitCode: signal.aborted ? null : exitCode, isOutOfMemory });
    });
  });
}

/** The whole group: a driver has children. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // All of it has ended by itself just before.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Kills whoever takes more, as a container's keeper does; `end` says whether it had to. */
function watchMemory(pid: number | undefined, memoryBytes: number): { end(): boolean } {
  let isFull = false;
  const timer = setInterval(async () => {
    if (pid === undefined || isFull || (await readSessionMemory(pid)) <= memoryBytes) return;
    isFull = true;
    killGroup(pid);
  }, memoryEveryMs);
  return {
    end() {
      clearInterval(timer);
      return isFull;
    },
  };
}

/** The driver alone, without Spark: scripts that need none. */
export function buildPythonCommand(python: string, env: Record<string, string> = {}) {
  return ({ path, pyFiles, argv }: StagedScript): Command => ({
    file: python,
    args: [path, ...argv],
    env: { PYTHONPATH: pyFiles.join(":"), ...env },
  });
}

/** Spark on this machine, with the job's own `--conf`. */
export function buildSparkCommand(options: {
  sparkSubmit: string;
  python: string;
  cores: number;
  env?: Record<string, string>;
}) {
  return ({ path, pyFiles, conf, argv }: StagedScript): Command => ({
    file: options.sparkSubmit,
    args: [
      "--master",
      `local[${options.cores}]`,
      ...conf.flatMap((one) => ["--conf", one]),
      ...(pyFiles.length > 0 ? ["--py-files", pyFiles.join(",")] : []),
      path,
      ...argv,
    ],
    env: {
      SPARK_LOCAL_IP: "127.0.0.1",
      PYSPARK_PYTHON: options.python,
      PYSPARK_DRIVER_PYTHON: options.python,
      ...options.env,
    },
  });
}
