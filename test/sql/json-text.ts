import type { KeyValueList } from "../../src/days/families.ts";
import type { Field } from "../../src/days/schema.ts";

/** A value as BigQuery has it: integers are bigint, so that no digit is lost. */
export type Json = string | number | bigint | boolean | null | Json[] | { [name: string]: Json };

/** JSON of a source row as an export writes it: integers as strings, NaN and the infinities by name. */
export function renderJsonText(value: Json): string {
  if (typeof value === "bigint") return `"${value}"`;
  if (typeof value === "number" && !Number.isFinite(value)) return `"${String(value)}"`;
  if (Object.is(value, -0)) return "-0.0";
  if (Array.isArray(value)) return `[${value.map(renderJsonText).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}:${renderJsonText(inner)}`)}}`;
}

/** DuckDB's shortest text of a double: positional from 1e-4 up to 1e16, else with an exponent of two digits. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (value === 0) return `${sign}0.0`;
  const [mantissa, exponent] = Math.abs(value).toExponential().split("e") as [string, string];
  const digits = mantissa.replace(".", "");
  const power = Number(exponent);
  if (power < -4 || power >= 16) {
    const tail = digits.length > 1 ? `.${digits.slice(1)}` : "";
    return `${sign}${digits[0]}${tail}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  if (power < 0) return `${sign}0.${"0".repeat(-power - 1)}${digits}`;
  const whole = digits.padEnd(power + 1, "0");
  return `${sign}${whole.slice(0, power + 1)}.${whole.slice(power + 1) || "0"}`;
}

/** Escapes as RFC 8259 demands and no more; the rest stays as it is. */
function stringText(text: string): string {
  const short: Record<string, string> = { "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  const escaped = [...text].map((char) => {
    if (char === '"' || char === "\\") return `\\${char}`;
    if (char >= " ") return char;
    return short[char] ?? `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  });
  return `"${escaped.join("")}"`;
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The row rules for one value, a second time and in TypeScript: its JSON text. Shares nothing with the SQL. */
export function expectedText(
  lists: readonly KeyValueList[],
  path: string,
  field: Field,
  value: Json,
): string {
  if (field.mode === "REPEATED") {
    const elements = (value ?? []) as Json[];
    const list = lists.find((candidate) => candidate.path === path);
    if (list) return pairsText(list, field, elements);
    const element = { ...field, mode: "NULLABLE" as const };
    return `[${elements.map((inner) => expectedText(lists, path, element, inner)).join(",")}]`;
  }
  if (value === null || value === undefined) return "null";
  if (field.type === "RECORD") {
    const members = field.fields!.map((inner) => {
      const member = (value as Record<string, Json>)[inner.name] ?? null;
      return `${stringText(inner.name)}:${expectedText(lists, `${path}.${inner.name}`, inner, member)}`;
    });
    return `{${members.join(",")}}`;
  }
  return scalarText(value);
}

function scalarText(value: Json): string {
  if (typeof value === "string") return stringText(value);
  if (typeof value !== "number") return String(value);
  return Number.isFinite(value) ? floatText(value) : `"${floatText(value)}"`;
}

function pairsText(list: KeyValueList, field: Field, elements: readonly Json[]): string {
  const values = new Map<string, string[]>();
  for (const element of elements) {
    const pair = (element ?? {}) as Record<string, Json>;
    const key = pair[list.key] === null || pair[list.key] === undefined ? "" : String(pair[list.key]);
    values.set(key, [...(values.get(key) ?? []), slotsText(list, field, pair)]);
  }
  const entries = [...values].map(([key, texts]) => {
    const sorted = texts.toSorted(compareBytes);
    return `${stringText(key)}:${sorted.length === 1 ? sorted[0] : `[${sorted.join(",")}]`}`;
  });
  return `{${entries.toSorted(compareBytes).join(",")}}`;
}

/** Slots are the value's members but for the time, and members beside key and value. */
function slotsText(list: KeyValueList, field: Field, pair: Record<string, Json>): string {
  const slots: [string, string][] = [];
  const put = (inner: Field, value: Json) => {
    if (inner.name === "set_timestamp_micros" || value === null || value === undefined) return;
    slots.push([inner.name, expectedText([], "", inner, value)]);
  };
  for (const inner of field.fields!) {
    if (inner.name === list.key) continue;
    const value = pair[inner.name] ?? null;
    if (inner.name === list.value && inner.type === "RECORD") {
      for (const slot of inner.fields!) put(slot, ((value ?? {}) as Record<string, Json>)[slot.name] ?? null);
    } else put(inner, value);
  }
  if (slots.length < 2) return slots[0]?.[1] ?? "null";
  const sorted = slots.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, text]) => `${stringText(name)}:${text}`).join(",")}}`;
}
