import type { Parsed } from "./issue.ts";
import { findNearest } from "./suggest.ts";

const rule = "an IANA time zone with its region, such as Europe/Berlin, or UTC";

/**
 * Abbreviations are refused though engines know some: EST has no daylight saving time, which is hardly what
 * its writer means, and a fixed offset never has.
 */
export function parseTimeZone(text: string): Parsed<string> {
  const canonical = canonicalZone(text);
  if (text === "UTC") return { value: text };
  const isNamed = /^[A-Z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)+$/.test(text);
  const isMiswritten = canonical?.toLowerCase() === text.toLowerCase() && canonical !== text;
  if (canonical !== null && isNamed && !isMiswritten) return { value: text };
  return { problem: { failed: "is not a time zone", rule, remedy: adviseZone(text, canonical) } };
}

/** @returns the name the engine uses for it; null where it knows none. */
function canonicalZone(text: string): string | null {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

function adviseZone(text: string, canonical: string | null): string {
  const list = "the list is at en.wikipedia.org/wiki/List_of_tz_database_time_zones";
  const zones = Intl.supportedValuesOf("timeZone");
  const known = canonical !== null && (canonical === "UTC" || zones.includes(canonical)) ? canonical : null;
  const meant = known ?? findNearest(text, zones) ?? findCity(text, zones);
  return meant === null ? list : `did you mean "${meant}"? ${list}`;
}

/** `Berlin` → `Europe/Berlin`. */
function findCity(text: string, zones: readonly string[]): string | null {
  const city = (text.split("/").at(-1) ?? "").trim().toLowerCase().replaceAll(" ", "_");
  return zones.find((zone) => zone.split("/").at(-1)?.toLowerCase() === city) ?? null;
}
