import type { Field, FieldType } from "../days/schema.ts";

/** A column or member with the schema era it came with; absent before it. */
export interface EraField extends Omit<Field, "fields"> {
  /** Name of an era of the family; null: from the first era on. */
  since: string | null;
  fields?: EraField[];
}

/** Scalars of one type, `names` separated by blanks. */
export function scalars(type: FieldType, names: string): EraField[] {
  return names
    .trim()
    .split(/\s+/)
    .map((name) => ({ name, type, mode: "NULLABLE", since: null }));
}

export const strings = (names: string) => scalars("STRING", names);
export const integers = (names: string) => scalars("INTEGER", names);
export const floats = (names: string) => scalars("FLOAT", names);
export const booleans = (names: string) => scalars("BOOLEAN", names);

export function record(name: string, ...fields: EraField[][]): EraField[] {
  return [{ name, type: "RECORD", mode: "NULLABLE", since: null, fields: fields.flat() }];
}

export function list(name: string, ...fields: EraField[][]): EraField[] {
  return [{ name, type: "RECORD", mode: "REPEATED", since: null, fields: fields.flat() }];
}

/** The same fields, there from the era `since` on. */
export function from(since: string, ...fields: EraField[][]): EraField[] {
  return fields.flat().map((field) => ({ ...field, since }));
}

/** The schema of one era in BigQuery's form: fields that came later left out. `eras` are in order of time. */
export function buildSchema(fields: readonly EraField[], eras: readonly string[], era: string): Field[] {
  const position = eras.indexOf(era);
  return fields
    .filter((field) => field.since === null || eras.indexOf(field.since) <= position)
    .map(({ name, type, mode, fields: members }) => ({
      name,
      type,
      mode,
      ...(members && { fields: buildSchema(members, eras, era) }),
    }));
}
