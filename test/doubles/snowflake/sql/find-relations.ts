import { parseName } from "../model/names.ts";
import type { Token } from "./tokens.ts";

/** What stands at a place where SQL names a table. */
export interface RelationPlace {
  /** Token where it begins, and the first one after it. */
  from: number;
  to: number;
  what: { kind: "named"; parts: string[] } | { kind: "flatten"; input: number };
  /** Under which name its columns are asked for; upper-case unless quoted. */
  alias: string | null;
}

/** Words that never are a name where they stand without quotes. */
export const reserved: ReadonlySet<string> = new Set(
  "SELECT FROM WHERE GROUP BY ORDER HAVING QUALIFY LIMIT OFFSET AS ON AND OR NOT IN IS NULL TRUE FALSE DISTINCT JOIN INNER LEFT RIGHT FULL OUTER CROSS NATURAL LATERAL UNION ALL EXCEPT INTERSECT CASE WHEN THEN ELSE END BETWEEN LIKE ILIKE ASC DESC NULLS FIRST LAST WITH RECURSIVE OVER PARTITION ROWS RANGE PRECEDING FOLLOWING UNBOUNDED CURRENT ROW VALUES USING EXISTS ANY INTERVAL WITHIN CAST TABLE SET".split(
    " ",
  ),
);

const isWord = (token: Token | undefined, ...words: string[]) =>
  token?.kind === "word" && words.includes(token.text.toUpperCase());
const isSign = (token: Token | undefined, text: string) => token?.kind === "sign" && token.text === text;
const endsFrom = [
  "WHERE",
  "GROUP",
  "ORDER",
  "HAVING",
  "QUALIFY",
  "LIMIT",
  "UNION",
  "SELECT",
  "ON",
  "EXCEPT",
  "INTERSECT",
];

/** Every place of a query where a relation is named; names of WITH are among them. */
export function findRelations(tokens: readonly Token[]): Map<number, RelationPlace> {
  const found = new Map<number, RelationPlace>();
  const inFrom: boolean[] = [false];
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    if (isSign(token, "(")) inFrom.push(false);
    if (isSign(token, ")")) inFrom.pop();
    if (isWord(token, ...endsFrom)) inFrom[inFrom.length - 1] = false;
    const begins = isWord(token, "FROM", "JOIN") && !isDistinctFrom(tokens, index);
    if (begins) inFrom[inFrom.length - 1] = true;
    if (!begins && !(isSign(token, ",") && inFrom.at(-1))) continue;
    const place = readRelation(tokens, next(tokens, index + 1));
    if (place !== null) found.set(place.from, place);
  }
  return found;
}

/** `a IS DISTINCT FROM b` names no table. */
function isDistinctFrom(tokens: readonly Token[], index: number): boolean {
  const before = tokens.slice(0, index).filter(({ kind }) => kind !== "space");
  return isWord(before.at(-1), "DISTINCT") && isWord(before.at(-2), "IS", "NOT");
}

/** The next token that is no space. */
export function next(tokens: readonly Token[], index: number): number {
  let at = index;
  while (tokens[at]?.kind === "space") at += 1;
  return at;
}

function readRelation(tokens: readonly Token[], from: number): RelationPlace | null {
  let at = from;
  if (isWord(tokens[at], "LATERAL")) at = next(tokens, at + 1);
  if (isWord(tokens[at], "TABLE")) at = next(tokens, next(tokens, at + 1) + 1);
  if (isWord(tokens[at], "FLATTEN")) return readFlatten(tokens, from, at);
  if (at !== from) return null;
  const chain = readChain(tokens, from);
  if (chain === null) return null;
  return {
    from,
    to: chain.to,
    what: { kind: "named", parts: chain.parts },
    alias: readAlias(tokens, chain.to),
  };
}

function readFlatten(tokens: readonly Token[], from: number, at: number): RelationPlace | null {
  const name = next(tokens, next(tokens, at + 1) + 1);
  const arrow = next(tokens, name + 1);
  if (!isWord(tokens[name], "INPUT") || !isSign(tokens[arrow], "=>")) return null;
  const isTable = !isWord(tokens[from], "LATERAL") && at !== from;
  let end = closing(tokens, arrow) + 1;
  if (isTable) end = next(tokens, end) + 1;
  return { from, to: end, what: { kind: "flatten", input: arrow + 1 }, alias: readAlias(tokens, end) };
}

/** The bracket that closes the one around `index`. */
export function closing(tokens: readonly Token[], index: number): number {
  let depth = 0;
  for (let at = index; at < tokens.length; at++) {
    if (isSign(tokens[at], "(")) depth += 1;
    if (isSign(tokens[at], ")") && depth-- === 0) return at;
  }
  return tokens.length;
}

/** `a.b."c"` from a token on. */
export function readChain(tokens: readonly Token[], from: number): { parts: string[]; to: number } | null {
  const isName = (token: Token | undefined) =>
    token?.kind === "name" || (token?.kind === "word" && !reserved.has(token.text.toUpperCase()));
  if (!isName(tokens[from])) return null;
  let to = from + 1;
  while (isSign(tokens[to], ".") && (tokens[to + 1]?.kind === "name" || tokens[to + 1]?.kind === "word"))
    to += 2;
  const parts = tokens.slice(from, to).filter(({ kind }) => kind !== "sign");
  return { parts: parts.map(({ text }) => parseName(text)?.[0] ?? text.toUpperCase()), to };
}

function readAlias(tokens: readonly Token[], index: number): string | null {
  let at = next(tokens, index);
  if (isWord(tokens[at], "AS")) at = next(tokens, at + 1);
  return readChain(tokens, at)?.parts[0] ?? null;
}
