import { ShardliftError } from "../errors.ts";

/**
 * Ctrl-C and SIGTERM end work at the next step that leaves a state the next run repairs; a second signal ends the
 * process at once, which is safe too, only slower to repair.
 */
export function listenForSignals(): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const onSignal = (name: "SIGINT" | "SIGTERM") => {
    const code = name === "SIGINT" ? "interrupted" : "terminated";
    if (controller.signal.aborted) process.exit(code === "interrupted" ? 130 : 143);
    controller.abort(
      new ShardliftError(code, {
        failed: `Stopped by ${name}.`,
        rule: "a day is committed whole or not at all, so nothing is lost and nothing is half done",
        remedy: "run the same command again: it goes on with what is missing",
      }),
    );
  };
  const onInterrupt = () => onSignal("SIGINT");
  const onTerminate = () => onSignal("SIGTERM");
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onTerminate);
  return {
    signal: controller.signal,
    stop() {
      process.off("SIGINT", onInterrupt);
      process.off("SIGTERM", onTerminate);
    },
  };
}
