import type { Parsed } from "./issue.ts";

const unitMs = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
} as const;

type Unit = keyof typeof unitMs;

const shortUnits: Record<string, Unit> = {
  s: "second",
  sec: "second",
  m: "minute",
  min: "minute",
  h: "hour",
  hr: "hour",
  d: "day",
  w: "week",
};

const pattern = /^(\d{1,6}) ?(second|minute|hour|day|week)s?$/;
const shortPattern = /^(\d{1,6}) ?(s|sec|m|min|h|hr|d|w)s?$/i;

export interface DurationLimits {
  minMs: number;
  maxMs: number;
}

/** `36 hours` → milliseconds. Months and years are refused: they are no fixed length. */
export function parseDurationMs(text: string, limits: DurationLimits): Parsed<number> {
  const match = pattern.exec(text);
  if (match === null) return { problem: explainDuration(text) };
  const ms = Number(match[1]) * unitMs[match[2] as Unit];
  if (ms >= limits.minMs && ms <= limits.maxMs) return { value: ms };
  const [least, most] = [renderDuration(limits.minMs), renderDuration(limits.maxMs)];
  return {
    problem: {
      failed: ms < limits.minMs ? "is too short" : "is too long",
      rule: `between ${least} and ${most}`,
      remedy: `write ${ms < limits.minMs ? least : most}, or something between`,
    },
  };
}

function explainDuration(text: string) {
  const short = shortPattern.exec(text);
  const unit = short === null ? undefined : shortUnits[(short[2] ?? "").toLowerCase()];
  return {
    failed: "is not a length of time",
    rule: "a whole number and a unit: seconds, minutes, hours, days or weeks",
    remedy:
      unit === undefined ? 'write it like "36 hours"' : `write "${renderCount(Number(short?.[1]), unit)}"`,
  };
}

/** `10 days` → 10. */
export function parseDayCount(text: string, limits: { min: number; max: number }): Parsed<number> {
  const day = unitMs.day;
  const parsed = parseDurationMs(text, { minMs: limits.min * day, maxMs: limits.max * day });
  if ("problem" in parsed) return parsed;
  if (parsed.value % day === 0) return { value: parsed.value / day };
  const rule = "a whole number of days";
  return { problem: { failed: "is not a number of days", rule, remedy: 'write it like "10 days"' } };
}

/** The largest unit that leaves no fraction: 7,200,000 → `2 hours`. */
export function renderDuration(ms: number): string {
  const units = ["day", "hour", "minute", "second"] as const;
  const unit = units.find((candidate) => ms >= unitMs[candidate] && ms % unitMs[candidate] === 0) ?? "second";
  return renderCount(ms / unitMs[unit], unit);
}

function renderCount(count: number, unit: Unit): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
