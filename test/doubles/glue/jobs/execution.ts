/** A script that runs. */
export interface Execution {
  /** Resolves when nothing of it is alive any more; never rejects. */
  ended: Promise<ExecutionEnd>;
  /** At once, with all its children. */
  kill(): void;
}

export interface ExecutionEnd {
  /** null: killed by whoever started it. 128 and the signal's number: killed by somebody else. */
  exitCode: number | null;
  /** Its container was full. */
  isOutOfMemory?: boolean;
}

/** What a script is started with. */
export interface ExecutionInput {
  runId: string;
  scriptUri: string;
  /** Arguments as Glue hands them over, its own among them. */
  arguments: Record<string, string>;
  sessionPolicy: string | null;
  workerType: string;
  print(line: string): void;
}

export type Execute = (input: ExecutionInput) => Execution;

/** A script inside this process: an async function that throws to fail, and looks at the signal to be killed. */
export function executeInProcess(
  script: (input: ExecutionInput, signal: AbortSignal) => Promise<void>,
): Execute {
  return (input) => {
    const controller = new AbortController();
    const killed = new Promise<ExecutionEnd>((resolve) => {
      controller.signal.addEventListener("abort", () => resolve({ exitCode: null }));
    });
    const done = script(input, controller.signal).then(
      () => ({ exitCode: 0 }),
      (error: Error) => {
        input.print(`${error.name}: ${error.message}`);
        return { exitCode: 1 };
      },
    );
    return { ended: Promise.race([done, killed]), kill: () => controller.abort() };
  };
}
