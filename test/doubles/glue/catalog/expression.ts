import { refuseInput } from "../errors.ts";
import type { ColumnRecord } from "./model.ts";

const comparisons: Record<string, (a: string, b: string) => boolean> = {
  "=": (a, b) => a === b,
  "<>": (a, b) => a !== b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

/**
 * The part of GetPartitions' filters that is modelled: comparisons of text and date keys, joined by AND. Everything
 * else is refused, never ignored.
 * @returns whether a partition's values fit
 */
export function parseExpression(
  keys: readonly ColumnRecord[],
  expression: unknown,
): (values: readonly string[]) => boolean {
  if (expression === undefined || expression === "") return () => true;
  const tests = String(expression)
    .split(/\s+AND\s+/i)
    .map((text) => parseComparison(keys, text.trim()));
  return (values) => tests.every((test) => test(values));
}

function parseComparison(keys: readonly ColumnRecord[], text: string) {
  const [, name = "", operator = "", value = ""] =
    /^(\w+)\s*(=|<>|!=|<=|>=|<|>)\s*'([^']*)'$/.exec(text) ?? [];
  const compare = comparisons[operator];
  const index = keys.findIndex(({ Name }) => Name.toLowerCase() === name.toLowerCase());
  const type = keys[index]?.Type;
  if (compare === undefined || index < 0) throw refuseInput(`Unsupported expression '${text}'`);
  if (type !== "string" && type !== "date") throw refuseInput(`Unsupported type ${type} in '${text}'`);
  if (type === "date" && !/^\d{4}-\d\d-\d\d$/.test(value)) throw refuseInput(`Not a date: '${value}'`);
  return (values: readonly string[]) => compare(values[index] ?? "", value);
}
