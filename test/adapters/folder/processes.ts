import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("./child.ts", import.meta.url));

export interface Child {
  process: ChildProcess;
  /** The next line of stdout; rejects where it ends without one. */
  line(): Promise<string>;
  stderr(): string;
}

/** Root may write anywhere: tests about permissions run their child as nobody instead. */
const ordinaryUser = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** Whether a child without special rights can be started here at all. */
export const canBeOrdinary =
  spawnSync(process.execPath, ["-e", "fs.accessSync(process.argv[1])", program], ordinaryUser).status === 0;

/** Starts another process on the same folder. */
export function startChild(...input: string[]): Child {
  return startAs({}, input);
}

/** The same without the rights of root. */
export function startOrdinaryChild(...input: string[]): Child {
  return startAs(ordinaryUser, input);
}

function startAs(user: { uid?: number; gid?: number }, input: string[]): Child {
  const child = spawn(process.execPath, [program, ...input], { stdio: "pipe", ...user });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += String(chunk);
  });
  return {
    process: child,
    async line() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`the process said nothing more: ${errors}`);
      return value;
    },
    stderr: () => errors,
  };
}

/** Starts all, lets them go at once when all are ready, and gives their results in the same order. */
export async function race<T>(inputs: readonly string[][]): Promise<T[]> {
  const children = inputs.map((input) => startChild(...input));
  for (const child of children) await child.line();
  for (const child of children) child.process.stdin!.write("go\n");
  return Promise.all(children.map(async (child) => JSON.parse(await child.line()) as T));
}

export async function killHard(child: Child): Promise<void> {
  const ended = new Promise((resolve) => child.process.once("exit", resolve));
  child.process.kill("SIGKILL");
  await ended;
}
