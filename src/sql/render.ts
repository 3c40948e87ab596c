import { ShardliftError } from "../errors.ts";

/** SQL that is safe to stand in a statement: made by `identifier`, `literal` or `fragment` only. */
export interface SqlFragment {
  readonly sql: string;
}

/** Quotes one name for DuckDB and for Snowflake alike; a quote inside is doubled, a NUL is refused. */
export function identifier(name: string): SqlFragment {
  if (name === "" || name.includes("\0")) {
    throw new ShardliftError("usage", {
      failed: "A name cannot be used as an identifier.",
      rule: "names of tables and columns have at least one character and no NUL",
      received: JSON.stringify(name),
    });
  }
  return { sql: `"${name.replaceAll('"', '""')}"` };
}

/** Renders a value as a literal; for places where nothing can be bound (DDL, COPY, paths). */
export function literal(value: string | number | bigint | boolean | null): SqlFragment {
  if (value === null) return { sql: "NULL" };
  if (typeof value === "string") return { sql: `'${withoutNul(value).replaceAll("'", "''")}'` };
  if (typeof value === "number" && !Number.isFinite(value)) throw new Error(`no literal for ${value}`);
  return { sql: String(value) };
}

function withoutNul(text: string): string {
  if (!text.includes("\0")) return text;
  throw new ShardliftError("usage", { failed: "A text with a NUL character cannot stand in SQL." });
}

/** Marks text that our own code wrote as SQL. Never give it anything that came from outside. */
export function fragment(sql: string): SqlFragment {
  return { sql };
}

/** Joins fragments; `separator` is our own text. */
export function join(parts: readonly SqlFragment[], separator = ", "): SqlFragment {
  return { sql: parts.map((part) => part.sql).join(separator) };
}

const place = /\{\{([a-z_]+)\}\}/g;

/**
 * Fills the places `{{name}}` of a template. Every place must be given and every value must have a place: a
 * mismatch is our bug. Places `{{@name}}` are left for whoever executes the statement (see `fillPlaces`).
 */
export function renderSql(template: string, values: Record<string, SqlFragment>): string {
  const used = new Set<string>();
  const sql = template.replace(place, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for the place {{${name}}}`);
    used.add(name);
    return value.sql;
  });
  const unused = Object.keys(values).filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`no place for ${unused.join(", ")}`);
  return sql;
}

/** Fills the places `{{@name}}` that a recipe leaves for paths and limits. */
export function fillPlaces(statement: string, values: Record<string, SqlFragment>): string {
  return statement.replace(/\{\{@([a-z_]+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for the place {{@${name}}}`);
    return value.sql;
  });
}
