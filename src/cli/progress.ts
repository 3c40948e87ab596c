import { formatBytes, formatCount, formatPlural } from "../plan/format.ts";
import type { Paint } from "../plan/render-plan.ts";
import type { ProgressEvent } from "../tasks/context.ts";
import { renderBar } from "./render-bar.ts";

export type ProgressMode = "bar" | "lines" | "json" | "none";

export interface Progress {
  report(event: ProgressEvent): void;
  /** Clears the bar, so that what is printed next begins a line of its own. */
  stop(): void;
}

export interface ProgressOptions {
  mode: ProgressMode;
  stream: { write(text: string): unknown; columns?: number };
  nowMs(): number;
  paint: Paint;
}

/** `auto`: a bar at a terminal, sparse lines in a log. */
export function pickProgressMode(asked: string, stream: { isTTY?: boolean }): ProgressMode {
  if (asked === "auto") return stream.isTTY ? "bar" : "lines";
  return asked as ProgressMode;
}

/** Turns events of long work into what the caller asked for, on stderr. */
export function createProgress(options: ProgressOptions): Progress {
  switch (options.mode) {
    case "bar":
      return createBarProgress(options);
    case "lines":
      return createLineProgress(options);
    case "json":
      return {
        report: (event) => void options.stream.write(`${JSON.stringify(event, withoutErrors)}\n`),
        stop: () => {},
      };
    case "none":
      return { report: () => {}, stop: () => {} };
    default:
      throw new Error(`no such progress: ${options.mode satisfies never}`);
  }
}

function withoutErrors(key: string, value: unknown): unknown {
  if (key !== "error") return value;
  return value instanceof Error ? value.message : undefined;
}

/** Days of one task and what has passed of them. */
interface Tally {
  task: string;
  days: number;
  ended: number;
  bytesExpected: number;
  bytesEnded: number;
  rowsEnded: number;
  /** By family and day, as far as they are; a run elsewhere has many at once. */
  running: Map<string, { rows: number; bytes: number }>;
  doing: string;
}

function startTally(event: Extract<ProgressEvent, { event: "task" }>): Tally {
  const zero = { ended: 0, bytesEnded: 0, rowsEnded: 0, running: new Map(), doing: "" };
  return { task: event.task, days: event.days, bytesExpected: event.bytes, ...zero };
}

function updateTally(tally: Tally, event: ProgressEvent): void {
  if (event.event === "rows") {
    tally.doing = `${event.family} ${event.day}`;
    tally.running.set(tally.doing, event);
  }
  if (event.event === "day") {
    tally.ended += 1;
    tally.bytesEnded += event.bytes;
    tally.rowsEnded += event.result.rows ?? 0;
    tally.doing = `${event.result.family} ${event.result.day}`;
    tally.running.delete(tally.doing);
  }
}

/** Share done, 0 to 1: by bytes where they are known, else by days. */
function readShare(tally: Tally): number {
  if (tally.days === 0) return 1;
  if (tally.bytesExpected === 0) return tally.ended / tally.days;
  return Math.min(1, (tally.bytesEnded + sumRunning(tally, "bytes")) / tally.bytesExpected);
}

function sumRunning({ running }: Tally, what: "rows" | "bytes"): number {
  return [...running.values()].reduce((sum, day) => sum + day[what], 0);
}

const barEveryMs = 80;

function createBarProgress({ stream, nowMs, paint }: ProgressOptions): Progress {
  let tally: Tally | null = null;
  let drawnAtMs = 0;
  const clear = () => stream.write("\r\x1b[2K");
  const draw = (always: boolean) => {
    if (tally === null || (!always && nowMs() - drawnAtMs < barEveryMs)) return;
    drawnAtMs = nowMs();
    const rows = tally.rowsEnded + sumRunning(tally, "rows");
    const text = `${tally.ended}/${formatPlural(tally.days, "day")}  ${formatCount(rows)} rows  ${tally.doing}`;
    const line = { name: tally.task, share: readShare(tally), text, columns: stream.columns ?? 80 };
    stream.write(`\r\x1b[2K${renderBar(line)}`);
  };
  const say = (text: string) => {
    clear();
    stream.write(`${text}\n`);
    draw(true);
  };
  return {
    report(event) {
      if (event.event === "task") {
        tally = startTally(event);
        draw(true);
        return;
      }
      if (event.event === "note") return say(paint(event.level === "warn" ? "warn" : "dim", event.text));
      if (tally !== null) updateTally(tally, event);
      if (event.event === "day" && isTrouble(event.result.outcome))
        return say(paint("bad", renderDay(event)));
      draw(event.event === "day");
    },
    stop() {
      if (tally !== null) clear();
      tally = null;
    },
  };
}

const linesEveryMs = 30_000;

function createLineProgress({ stream, nowMs }: ProgressOptions): Progress {
  let tally: Tally | null = null;
  let saidAtMs = nowMs();
  const say = (text: string) => {
    saidAtMs = nowMs();
    stream.write(`${text}\n`);
  };
  return {
    report(event) {
      if (event.event === "task") {
        tally = startTally(event);
        if (event.days > 0) say(renderStart(event));
        return;
      }
      if (event.event === "note") return say(event.level === "warn" ? `warning: ${event.text}` : event.text);
      if (tally !== null) updateTally(tally, event);
      if (event.event === "day") return say(renderDay(event));
      if (tally !== null && nowMs() - saidAtMs >= linesEveryMs) say(renderRunning(tally));
    },
    stop: () => {},
  };
}

/** Of what reads no bytes of the source, none are told. */
function renderStart({ task, days, bytes }: Extract<ProgressEvent, { event: "task" }>): string {
  const volume = bytes > 0 ? `, ${formatBytes(bytes)}` : "";
  return `${task}: ${formatPlural(days, "day")}${volume}`;
}

function renderRunning(tally: Tally): string {
  const percent = Math.floor(readShare(tally) * 100);
  const rows = formatCount(tally.rowsEnded + sumRunning(tally, "rows"));
  return `${tally.task}: ${percent} %, ${tally.ended} of ${formatPlural(tally.days, "day")}, ${rows} rows, ${tally.doing}`;
}

function isTrouble(outcome: string): boolean {
  return outcome === "failed" || outcome === "refused" || outcome === "missing";
}

function renderDay({ result }: Extract<ProgressEvent, { event: "day" }>): string {
  const rows = result.rows === undefined ? "" : ` ${formatCount(result.rows)} rows,`;
  return `${result.task} ${result.family} ${result.day}: ${result.outcome},${rows} ${result.reason}`;
}
