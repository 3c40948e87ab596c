const presets: Record<string, string> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
};

/** Whether a schedule fires more than once on a day. @param cron as `parseCron` accepts it */
export function isFiringOften(cron: string): boolean {
  const [minute = "", hour = ""] = splitFields(cron);
  return listValues(minute, 59).length * listValues(hour, 23).length > 1;
}

/** The same schedule with the first firing of each day only: `15 0 * * *` of `15,45 0-23/3 * * *`. */
export function pickFirstFiring(cron: string): string {
  const [minute = "", hour = "", ...rest] = splitFields(cron);
  return [listValues(minute, 59)[0], listValues(hour, 23)[0], ...rest].join(" ");
}

function splitFields(cron: string): string[] {
  return (presets[cron] ?? cron).split(" ");
}

/** Values that a field of minutes or hours names, ascending. */
function listValues(field: string, max: number): number[] {
  const named = new Set(field.split(",").flatMap((item) => listItem(item, max)));
  return [...named].sort((a, b) => a - b);
}

/** `*`, `5`, `1-5`, each with an optional step; `5/10` runs from 5 to the end, as in cron. */
function listItem(item: string, max: number): number[] {
  const [range = "", step] = item.split("/");
  const [first = "0", last] = range === "*" ? ["0", String(max)] : range.split("-");
  const end = last === undefined ? (step === undefined ? Number(first) : max) : Number(last);
  const values: number[] = [];
  for (let value = Number(first); value <= end; value += Number(step ?? 1)) values.push(value);
  return values;
}
