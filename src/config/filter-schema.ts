import { z } from "zod";
import { columnPathField, textField, transformWith } from "./fields.ts";
import type { Parsed } from "./issue.ts";
import type { FilterValue } from "./types.ts";

/** Conditions on rows: declared, never SQL, since every engine must read them alike. */

function parseFilterValue(value: FilterValue): Parsed<FilterValue> {
  if (typeof value !== "string" || !value.includes("\0")) return { value };
  const rule = "no NUL character";
  return { problem: { failed: "cannot be compared with", rule, remedy: "remove the NUL character" } };
}

function parsePrefix(text: string): Parsed<string> {
  if (text !== "" && !text.includes("\0")) return { value: text };
  const rule = "at least one character, and no NUL";
  return { problem: { failed: "is not a beginning to compare with", rule, remedy: "write a text" } };
}

const filterValue = z
  .union([z.string(), z.bigint(), z.boolean()])
  .transform(transformWith(parseFilterValue))
  .meta({
    description: "A text, a whole number or true/false.",
    rule: "a text, a whole number or true/false",
  });

const filterValues = (description: string) =>
  z.array(filterValue).min(1).max(1000).meta({ description }).optional();

/** Keys of a filter condition of which exactly one is given. */
export const filterTests = ["equals", "in", "not_in", "exists", "starts_with"] as const;

export const filterCondition = z
  .strictObject({
    column: columnPathField(
      "Column, member or parameter key that is looked at.",
      "event_params.page_location",
    ),
    equals: filterValue.meta({ description: "The value is this one." }).optional(),
    in: filterValues("The value is one of these."),
    not_in: filterValues("The value is none of these."),
    exists: z.boolean().meta({ description: "The value is there (true) or missing (false)." }).optional(),
    starts_with: textField(parsePrefix, { description: "The text begins like this." }).optional(),
  })
  // A column and one test; which tests exclude each other is said in pipeline-rules.ts.
  .meta({ minProperties: 2, maxProperties: 2 });
