import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { PartAnswer, PartRequest, PartSetup } from "./part-messages.ts";
import { buildPartError } from "./read-errors.ts";

export interface PartThreads {
  /** Resolves when the batch is taken: whoever waits for it never hands over more than is worked on. */
  write(lane: number, batch: Uint8Array, rows: number): Promise<void>;
  /** Writes what is left. @returns paths of all files */
  finish(): Promise<string[]>;
  /** Ends the threads; what they wrote stays. */
  stop(): Promise<void>;
}

export interface PartThreadsInput extends Omit<PartSetup, "prefix"> {
  threads: number;
  /** For messages. */
  table: string;
}

/** Threads that turn record batches into Parquet files in a folder. */
export function startPartThreads({ threads, table, ...setup }: PartThreadsInput): PartThreads {
  const workers = Array.from({ length: threads }, (_, index) =>
    startThread({ ...setup, prefix: `part-${index}` }, table),
  );
  const paths: string[] = [];
  return {
    async write(lane, batch, rows) {
      paths.push(...(await workers[lane % threads]!.ask({ do: "batch", batch, rows })));
    },
    async finish() {
      for (const more of await Promise.all(workers.map(({ ask }) => ask({ do: "finish" }))))
        paths.push(...more);
      return paths.toSorted();
    },
    async stop() {
      await Promise.all(workers.map(({ stop }) => stop()));
    },
  };
}

type Asked = PartRequest extends infer Request
  ? Request extends unknown
    ? Omit<Request, "id">
    : never
  : never;

function startThread(workerData: PartSetup, table: string) {
  const worker = new Worker(locateWorker(), { workerData });
  const waiting = new Map<number, { resolve(paths: string[]): void; reject(error: unknown): void }>();
  let asked = 0;
  const failAll = (error: unknown) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on("message", (answer: PartAnswer) => {
    const { resolve, reject } = waiting.get(answer.id)!;
    waiting.delete(answer.id);
    if ("paths" in answer) resolve(answer.paths);
    else reject(buildPartError(answer.fault, table));
  });
  worker.on("error", failAll);
  worker.on("exit", () => failAll(new Error("the thread that writes Parquet ended")));
  return {
    ask: (request: Asked) =>
      new Promise<string[]>((resolve, reject) => {
        asked += 1;
        waiting.set(asked, { resolve, reject });
        worker.postMessage({ ...request, id: asked });
      }),
    stop: () => worker.terminate(),
  };
}

/** Beside this file, as TypeScript in a checkout and as JavaScript in the package. */
function locateWorker(): URL {
  return new URL(`./part-worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);
}
