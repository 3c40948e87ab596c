import type { SqlFragment } from "./render.ts";

/** Puts fragments together: only what `identifier`, `literal` or `fragment` made can stand inside. */
export function sql(parts: TemplateStringsArray, ...values: SqlFragment[]): SqlFragment {
  return { sql: parts.reduce((text, part, index) => text + values[index - 1]!.sql + part) };
}
