import { SnowflakeError } from "../errors.ts";

/** Upper-case parts of an object's name: database, schema, object. */
export type ObjectName = readonly [database: string, schema: string, name: string];

/** What an unqualified name is completed with. */
export interface NameContext {
  database: string | null;
  schema: string | null;
}

const part = /^(?:"((?:[^"]|"")+)"|([A-Za-z_][\w$]*))/;

/** `a."b".C` → its parts; what is not quoted is upper-cased. null: no name. */
export function parseName(text: string): string[] | null {
  const parts: string[] = [];
  let rest = text.trim();
  for (;;) {
    const found = part.exec(rest);
    if (found === null) return null;
    parts.push(found[1] === undefined ? found[2]!.toUpperCase() : found[1].replaceAll('""', '"'));
    rest = rest.slice(found[0].length);
    if (rest === "") return parts;
    if (!rest.startsWith(".")) return null;
    rest = rest.slice(1);
  }
}

/** @throws SnowflakeError where the text is no name, or nothing completes it */
export function completeName(text: string, context: NameContext): ObjectName {
  const parts = parseName(text);
  if (parts === null)
    throw new SnowflakeError("syntax", `SQL compilation error:\nsyntax error: '${text}' is no name.`);
  return completeParts(parts, context);
}

/** @throws SnowflakeError where nothing completes them, or there are more than three */
export function completeParts(parts: readonly string[], context: NameContext): ObjectName {
  const [name, schema = context.schema, database = context.database, more] = [...parts].reverse();
  if (more !== undefined)
    throw new SnowflakeError(
      "syntax",
      `SQL compilation error:\nsyntax error: '${parts.join(".")}' is no name.`,
    );
  if (database === null || schema === null) {
    const text = `SQL compilation error:\nCannot perform operation. This session does not have a current database. Call 'USE DATABASE', or use a qualified name.`;
    throw new SnowflakeError("compilation", text);
  }
  return [database, schema, name!];
}

/** As Snowflake prints it. */
export function printName(name: readonly string[]): string {
  return name.map((one) => (/^[A-Z_][A-Z0-9_$]*$/.test(one) ? one : quote(one))).join(".");
}

/** A name as an identifier of DuckDB. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as a literal of DuckDB. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
