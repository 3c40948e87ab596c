import { setTimeout as sleepFor } from "node:timers/promises";
import { ShardliftError } from "../errors.ts";
import type { Clock } from "../ports.ts";

/**
 * The machine's clock, set to another instant where `--now` asks for it; it runs on from there.
 * @throws usage error where the text is no instant.
 */
export function createClock(now: string | null): Clock {
  const offsetMs = now === null ? 0 : parseInstant(now) - Date.now();
  return {
    now: () => Date.now() + offsetMs,
    async sleep(ms, signal) {
      try {
        await sleepFor(ms, undefined, signal ? { signal } : {});
      } catch (error) {
        throw signal?.aborted ? signal.reason : error;
      }
    },
  };
}

const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

function parseInstant(text: string): number {
  const ms = instantPattern.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new ShardliftError("usage", {
    failed: "The value of --now is no instant.",
    rule: "an instant has a date, a time and a zone",
    received: text,
    remedy: "write --now 2026-11-20T06:00:00Z",
  });
}
