import { Temporal } from "temporal-polyfill";

/** A calendar day in the property's time zone, written `2026-11-20`. Sorts as text. */
export type Day = string & { readonly brand: "Day" };

/** An inclusive range of days. */
export interface DayRange {
  first: Day;
  last: Day;
}

const pattern = /^\d{4}-\d{2}-\d{2}$/;

/** @returns the day, or null where the text is no calendar day (`2026-02-30`, `2026-2-3`). */
export function parseDay(text: string): Day | null {
  if (!pattern.test(text)) return null;
  try {
    Temporal.PlainDate.from(text, { overflow: "reject" });
    return text as Day;
  } catch {
    return null;
  }
}

/** @returns the day of a table suffix such as `20261120`, or null. */
export function parseCompactDay(text: string): Day | null {
  return /^\d{8}$/.test(text) ? parseDay(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`) : null;
}

/** `2026-11-20` → `20261120`, as table names have it. */
export function renderCompactDay(day: Day): string {
  return day.replaceAll("-", "");
}

const msPerDay = 86_400_000;

export function addDays(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * msPerDay).toISOString().slice(0, 10) as Day;
}

/** Whole calendar days from `from` to `to`; negative where `to` is earlier. */
export function countDays(from: Day, to: Day): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / msPerDay);
}

/** Every day of the range, oldest first; empty where the range is inverted. */
export function listDays(range: DayRange): Day[] {
  const days: Day[] = [];
  for (let day = range.first; day <= range.last; day = addDays(day, 1)) days.push(day);
  return days;
}

/** The calendar day it is in `timeZone` at the instant `nowMs` (ms since the epoch). */
export function dayAt(nowMs: number, timeZone: string): Day {
  const zoned = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(timeZone);
  return zoned.toPlainDate().toString() as Day;
}

/**
 * The first instant after the day, in ms since the epoch. Days of 23 and 25 hours, midnights that do not
 * exist and days a zone skipped altogether are the calendar's business, not arithmetic on 24 hours.
 */
export function dayEnd(day: Day, timeZone: string): number {
  const next = Temporal.PlainDate.from(day).add({ days: 1 });
  return next.toZonedDateTime(timeZone).epochMilliseconds;
}
