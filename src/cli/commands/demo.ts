import type { CallCommand } from "../call-command.ts";
import { runDemo } from "../demo/run-demo.ts";
import type { Io } from "../io.ts";
import { listenForSignals } from "../signals.ts";

/** `shardlift demo`: the whole main job on generated data; its state lies in `.shardlift/demo`. */
export async function run(
  flags: { progress: string },
  io: Io,
  _operands: string[],
  call: CallCommand,
): Promise<number> {
  const signals = listenForSignals();
  try {
    return await runDemo(flags, { io, call, signal: signals.signal });
  } finally {
    signals.stop();
  }
}
