import type { Field } from "../days/schema.ts";
import { member } from "./member.ts";
import { fragment, identifier, join, literal, type SqlFragment } from "./render.ts";
import { sql } from "./template.ts";

/** What DuckDB calls the values that a scalar may hold in JSON; what the text must look like is the macros' matter. */
const anyScalar = ["VARCHAR", "UBIGINT", "BIGINT", "HUGEINT", "DOUBLE", "BOOLEAN", "JSON"];
const onlyText = ["VARCHAR"];

/** Every place that the schema declares, as json_tree names it, with its type and what may stand there. */
export function renderDeclared(schema: readonly Field[]): SqlFragment {
  const root = sql`('$', 'one object a line', ['OBJECT'])`;
  return join([root, ...schema.flatMap((field) => declare(field, "$"))]);
}

function declare(field: Field, above: string): SqlFragment[] {
  const place = `${above}.${field.name}`;
  if (field.mode !== "REPEATED") return declareElement(field, place);
  return [row(place, `REPEATED ${field.type}`, ["ARRAY", "JSON"]), ...declareElement(field, `${place}[0]`)];
}

function declareElement(field: Field, place: string): SqlFragment[] {
  const isStruct = field.type === "RECORD";
  const below = isStruct ? (field.fields ?? []).flatMap((inner) => declare(inner, place)) : [];
  return [row(place, field.type, isStruct ? ["OBJECT", "JSON"] : allowedOf(field)), ...below];
}

function allowedOf({ type }: Field): string[] {
  if (type === "JSON") return [...anyScalar, "OBJECT", "ARRAY"];
  const isNumber = type === "INTEGER" || type === "FLOAT" || type === "NUMERIC" || type === "BIGNUMERIC";
  return isNumber || type === "BOOLEAN" ? anyScalar : onlyText;
}

function row(place: string, type: string, allowed: readonly string[]): SqlFragment {
  const names = join(["NULL", ...allowed].map((name) => literal(name)));
  return sql`(${literal(place)}, ${literal(type)}, [${names}])`;
}

/** Whether a place lies below a column of type JSON, where everything is declared. */
export function renderIsJson(schema: readonly Field[]): SqlFragment {
  const tests = findJson(schema, "$").flatMap((place) => [
    sql`starts_with(fullkey, ${literal(`${place}.`)})`,
    sql`starts_with(fullkey, ${literal(`${place}[`)})`,
  ]);
  return tests.length === 0 ? fragment("false") : join(tests, " OR ");
}

function findJson(fields: readonly Field[], above: string): string[] {
  return fields.flatMap((field) => {
    const place = `${above}.${field.name}${field.mode === "REPEATED" ? "[0]" : ""}`;
    return field.type === "JSON" ? [place] : findJson(field.fields ?? [], place);
  });
}

/** Types to read JSON with: the declared nesting, every scalar as its text. */
export function renderTextTypes(schema: readonly Field[]): SqlFragment {
  const types = schema.map((field) => sql`${literal(field.name)}: ${literal(textType(field).sql)}`);
  return sql`{${join(types)}}`;
}

function textType(field: Field): SqlFragment {
  const members = (field.fields ?? []).map((inner) => sql`${identifier(inner.name)} ${textType(inner)}`);
  const element = field.type === "RECORD" ? sql`STRUCT(${join(members)})` : fragment("VARCHAR");
  return field.mode === "REPEATED" ? sql`${element}[]` : element;
}

/** The columns of a staged file, from texts to the declared types. */
export function renderStagedColumns(schema: readonly Field[]): SqlFragment {
  const columns = schema.map((field) => {
    const name = identifier(field.name);
    return sql`${renderTyped(field, name, field.name, 0)} AS ${name}`;
  });
  return join(columns, ",\n    ");
}

function renderTyped(field: Field, value: SqlFragment, path: string, depth: number): SqlFragment {
  if (isText(field)) return value;
  if (field.mode === "REPEATED") {
    const element = fragment(`e${depth}`);
    const each = renderTyped({ ...field, mode: "NULLABLE" }, element, path, depth + 1);
    return sql`list_transform(${value}, lambda ${element}: ${each})`;
  }
  if (field.type !== "RECORD") {
    return sql`${fragment(`read_${field.type.toLowerCase()}`)}(${value}, ${literal(path)})`;
  }
  const members = (field.fields ?? []).map((inner) => {
    const typed = renderTyped(inner, member(value, inner.name), `${path}.${inner.name}`, depth);
    return sql`${identifier(inner.name)} := ${typed}`;
  });
  return sql`CASE WHEN ${value} IS NOT NULL THEN struct_pack(${join(members)}) END`;
}

/** Whether the texts are the values already, all the way down. */
function isText(field: Field): boolean {
  if (field.type === "RECORD") return (field.fields ?? []).every(isText);
  return field.type === "STRING" || field.type === "JSON";
}
