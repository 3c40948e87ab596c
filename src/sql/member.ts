import type { Field } from "../days/schema.ts";
import { identifier, type SqlFragment } from "./render.ts";
import type { Position } from "./row-rules.ts";
import { sql } from "./template.ts";

/** The member of a struct value. */
export function member(value: SqlFragment, name: string): SqlFragment {
  return sql`${value}.${identifier(name)}`;
}

/** Renders a value of any depth. */
export type RenderValue = (field: Field, value: SqlFragment, at: Position) => SqlFragment;

/** The renderers of whole values, handed down to those of their parts. */
export interface Renderers {
  /** JSON text; SQL NULL where the value is null. */
  jsonOrNull: RenderValue;
  /** The value's text, as it is hashed and compared; null stays null. */
  text: RenderValue;
}
