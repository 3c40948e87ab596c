import type { Parsed, Problem } from "./issue.ts";

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const presets = ["@hourly", "@daily", "@weekly", "@monthly", "@yearly"];

interface CronField {
  name: string;
  min: number;
  max: number;
  /** Names of the values, from `min` on. */
  names: readonly string[];
}

const fields: readonly CronField[] = [
  { name: "minute", min: 0, max: 59, names: [] },
  { name: "hour", min: 0, max: 23, names: [] },
  { name: "day of the month", min: 1, max: 31, names: [] },
  { name: "month", min: 1, max: 12, names: months },
  { name: "day of the week", min: 0, max: 7, names: weekdays },
];

/** Five fields or a preset, as Airflow and cron read them; the text itself is what is handed on. */
export function parseCron(text: string): Parsed<string> {
  if (presets.includes(text)) return { value: text };
  const parts = text.split(" ");
  if (parts.length !== fields.length) return { problem: explain(`fields: ${parts.length}, not 5`) };
  const wrong = fields.find((field, index) => !isCronField(parts[index] ?? "", field));
  if (wrong === undefined) return { value: text };
  return { problem: explain(`${wrong.name}: ${wrong.min}-${wrong.max}`) };
}

function explain(reason: string): Problem {
  return {
    failed: `is not a schedule (${reason})`,
    rule: `minute, hour, day of the month, month, day of the week, one space between; or ${presets.join(", ")}`,
    remedy: 'write it like "0 */3 * * *" (every three hours)',
  };
}

function isCronField(part: string, field: CronField): boolean {
  return part.split(",").every((item) => isCronItem(item, field));
}

/** `*`, `5`, `1-5`, each with an optional `/step`. */
function isCronItem(item: string, field: CronField): boolean {
  const [range = "", step, ...rest] = item.split("/");
  if (rest.length > 0 || (step !== undefined && !isStep(step, field))) return false;
  if (range === "*") return true;
  const bounds = range.split("-").map((bound) => readBound(bound, field));
  const [first = null, last = first] = bounds;
  return bounds.length <= 2 && first !== null && last !== null && first <= last;
}

function isStep(step: string, field: CronField): boolean {
  return /^\d{1,2}$/.test(step) && Number(step) >= 1 && Number(step) <= field.max;
}

function readBound(text: string, field: CronField): number | null {
  const named = field.names.indexOf(text.toLowerCase());
  if (named >= 0) return field.min + named;
  if (!/^\d{1,2}$/.test(text)) return null;
  const value = Number(text);
  return value >= field.min && value <= field.max ? value : null;
}
