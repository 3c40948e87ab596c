import { SnowflakeError, unknownStatement } from "../errors.ts";
import { quote, quoteText } from "../model/names.ts";
import { castPiece, extractPiece, type Piece } from "./casts.ts";
import { closing, findRelations, next, type RelationPlace, readChain } from "./find-relations.ts";
import {
  datePartFunctions,
  dateParts,
  functions,
  keywordsBeforeBracket,
  variantFunctions,
} from "./functions.ts";
import { readMemberName, readPath, readType } from "./paths.ts";
import { parseText, readTokens, type Token } from "./tokens.ts";

/** A relation as it stands in DuckDB's FROM. */
export interface Relation {
  sql: string;
  /**
   * Of relations over files: native columns by their names in the files, what each is, and how it is asked for:
   * members of VALUE (external tables) or of $1 (stages).
   */
  fileColumns?: ReadonlyMap<string, Piece["is"]>;
}

/** What a text is translated with. */
export interface Scope {
  /** @returns null for a name that the query itself has made (WITH); throws where there is none. */
  resolve(parts: readonly string[]): Promise<Relation>;
  /** DuckDB literals of the binds, by number. */
  binds: Readonly<Record<string, string>>;
  nowMs: number;
}

interface State {
  sql: string;
  tokens: readonly Token[];
  scope: Scope;
  places: ReadonlyMap<number, RelationPlace>;
  relations: Map<number, Relation | null>;
  flattened: Set<string>;
  /** Columns of files that VALUE or $1 stand for, by alias; `""`: without one. */
  files: Map<string, ReadonlyMap<string, Piece["is"]>>;
}

/**
 * Translates a query, or an expression, from Snowflake's SQL to DuckDB's. Knows what our statements and people's
 * questions need; what it does not know it refuses.
 */
export async function translate(
  sql: string,
  scope: Scope,
  rowFiles?: Relation["fileColumns"],
): Promise<string> {
  const tokens = readTokens(sql);
  const places = findRelations(tokens);
  const state: State = {
    sql,
    tokens,
    scope,
    places,
    relations: new Map(),
    flattened: new Set(),
    files: new Map(),
  };
  if (rowFiles !== undefined) state.files.set("", rowFiles);
  const own = findOwnNames(tokens);
  for (const [at, place] of places) await resolvePlace(state, at, place, own);
  return translateRange(state, 0, tokens.length).sql;
}

/** Names that WITH gives. */
function findOwnNames(tokens: readonly Token[]): Set<string> {
  const names = new Set<string>();
  tokens.forEach((token, index) => {
    const after = next(tokens, index + 1);
    if (token.kind !== "word" && token.kind !== "name") return;
    const isBody = tokens[next(tokens, after + 1)]?.text === "(";
    if (tokens[after]?.text.toUpperCase() === "AS" && isBody)
      names.add(readChain(tokens, index)?.parts[0] ?? "");
  });
  return names;
}

async function resolvePlace(state: State, at: number, place: RelationPlace, own: Set<string>): Promise<void> {
  if (place.what.kind === "flatten") {
    state.flattened.add(place.alias ?? "");
    return;
  }
  const { parts } = place.what;
  if (parts.length === 1 && own.has(parts[0]!)) return void state.relations.set(at, null);
  const relation = await state.scope.resolve(parts);
  state.relations.set(at, relation);
  if (relation.fileColumns === undefined) return;
  state.files.set(place.alias ?? parts.at(-1)!, relation.fileColumns);
  state.files.set("", relation.fileColumns);
}

/** A range as one piece: what it is counts only where it is a single value. */
function translateRange(state: State, from: number, to: number): Piece {
  const parts: Piece[] = [];
  let at = from;
  while (at < to) {
    const { piece, end } = translateOne(state, at);
    parts.push(piece);
    at = end;
  }
  const values = parts.filter(({ sql }) => sql.trim() !== "");
  return { sql: parts.map(({ sql }) => sql).join(""), is: values.length === 1 ? values[0]!.is : "plain" };
}

interface Step {
  piece: Piece;
  end: number;
}

const plain = (sql: string, end: number): Step => ({ piece: { sql, is: "plain" }, end });

function translateOne(state: State, at: number): Step {
  const token = state.tokens[at]!;
  const place = state.places.get(at);
  if (place !== undefined) return translateRelation(state, at, place);
  if (token.kind === "space")
    return plain(token.text.startsWith(" ") || token.text.includes("\n") ? token.text : " ", at + 1);
  const step = readPrimary(state, at, token);
  return step === null ? plain(token.text, at + 1) : translatePostfix(state, step);
}

/** @returns null where the token is no value */
function readPrimary(state: State, at: number, token: Token): Step | null {
  const { tokens, scope } = state;
  if (token.kind === "text") return plain(quoteText(parseText(token.text)), at + 1);
  if (token.kind === "number") return plain(token.text, at + 1);
  if (token.kind === "bind") {
    const bound = scope.binds[token.text.slice(1)];
    if (bound === undefined)
      throw new SnowflakeError(
        "compilation",
        `SQL compilation error: error line 1 at position 0\nBind variable ${token.text} not set.`,
      );
    return plain(bound, at + 1);
  }
  if (token.text === "(") {
    const end = closing(tokens, at + 1);
    const inner = translateRange(state, at + 1, end);
    return { piece: { sql: `(${inner.sql})`, is: inner.is }, end: end + 1 };
  }
  if (token.kind !== "word" && token.kind !== "name") return null;
  return readCall(state, at, token) ?? readColumn(state, at, token);
}

function readCall(state: State, at: number, token: Token): Step | null {
  const open = next(state.tokens, at + 1);
  const name = token.text.toUpperCase();
  if (token.kind !== "word" || state.tokens[open]?.text !== "(") return null;
  if (keywordsBeforeBracket.has(name)) return plain(name, at + 1);
  const end = closing(state.tokens, open + 1);
  if (name === "CAST") return { ...readCast(state, open + 1, end), end: end + 1 };
  const duckdb = functions[name];
  if (duckdb === undefined)
    throw new SnowflakeError("compilation", `SQL compilation error:\nUnknown function ${name}.`);
  const isVariant = variantFunctions.has(name);
  const args =
    name === "CURRENT_TIMESTAMP" || name === "CURRENT_DATE"
      ? ""
      : translateArguments(state, name, open + 1, end);
  if (name === "CURRENT_TIMESTAMP")
    return plain(`make_timestamptz(${state.scope.nowMs}::BIGINT * 1000)`, end + 1);
  if (name === "CURRENT_DATE")
    return plain(`CAST(make_timestamp(${state.scope.nowMs}::BIGINT * 1000) AS DATE)`, end + 1);
  return { piece: { sql: `${duckdb}(${args})`, is: isVariant ? "variant" : "plain" }, end: end + 1 };
}

/** A part of a date is a bare word in Snowflake, a text in DuckDB. */
function translateArguments(state: State, name: string, from: number, to: number): string {
  const first = next(state.tokens, from);
  const word = state.tokens[first]?.text.toUpperCase() ?? "";
  if (!datePartFunctions.has(name) || !dateParts.has(word)) return translateRange(state, from, to).sql;
  return quoteText(word) + translateRange(state, first + 1, to).sql;
}

function readCast(state: State, from: number, to: number): { piece: Piece } {
  const as = state.tokens.findLastIndex(
    (token, index) =>
      index >= from && index < to && token.kind === "word" && token.text.toUpperCase() === "AS",
  );
  if (as < 0) throw unknownStatement(state.sql, "CAST without AS");
  const type = state.tokens.slice(as + 1, to).map(({ text }) => text);
  return { piece: castPiece(translateRange(state, from, as), type.join("")) };
}

function readColumn(state: State, at: number, token: Token): Step | null {
  if (token.kind === "word" && /^\$\d+$/.test(token.text)) return readMember(state, at, "");
  const chain = readChain(state.tokens, at);
  if (chain === null) return token.kind === "word" ? plain(token.text.toUpperCase(), at + 1) : null;
  const { parts, to } = chain;
  const qualifier = parts.slice(0, -1).at(-1) ?? "";
  // Without an alias before it, VALUE may be a column like any other.
  const isRow = parts.length > 1 || state.tokens[to]?.text === ":";
  if (parts.at(-1) === "VALUE" && isRow && state.files.has(qualifier))
    return readMember(state, to - 1, qualifier);
  const isItem = state.flattened.has(qualifier) && ["VALUE", "THIS"].includes(parts.at(-1)!);
  return { piece: { sql: parts.map(quote).join("."), is: isItem ? "variant" : "plain" }, end: to };
}

/** `VALUE:"name"`, `$1:"name"`: the column that files have of that name; names of members are case-sensitive. */
function readMember(state: State, at: number, qualifier: string): Step {
  const columns = state.files.get(qualifier);
  const name = state.tokens[at + 1]?.text === ":" ? readMemberName(state.tokens[at + 2]) : null;
  if (columns === undefined || name === null)
    throw unknownStatement(state.sql, "a whole row of a file is not read");
  const is = columns.get(name);
  const prefix = qualifier === "" ? "" : `${quote(qualifier)}.`;
  const column: Piece =
    is === undefined
      ? { sql: "CAST(NULL AS JSON)", is: "variant" }
      : { sql: prefix + quote(`VALUE:${name}`), is };
  const path = readPath(state.tokens, at + 3, "inside");
  return { piece: path.steps.length === 0 ? column : extractPiece(column, path.steps), end: path.end };
}

/** Paths, places in arrays and casts bind to the value before them. */
function translatePostfix(state: State, step: Step): Step {
  const { tokens } = state;
  let { piece, end } = step;
  for (;;) {
    if (tokens[end]?.text === "::") {
      const type = readType(tokens, next(tokens, end + 1));
      piece = castPiece(piece, type.text);
      end = type.end;
      continue;
    }
    const path = readPath(tokens, end);
    if (path.steps.length === 0) return { piece, end };
    piece = extractPiece(piece, path.steps);
    end = path.end;
  }
}

function translateRelation(state: State, at: number, place: RelationPlace): Step {
  if (place.what.kind === "flatten") {
    const input = translateRange(state, place.what.input, closing(state.tokens, place.what.input));
    const variant = input.is === "variant" ? input.sql : `to_json(${input.sql})`;
    const items = `SELECT key AS "KEY", TRY_CAST(key AS BIGINT) AS "INDEX", value AS "VALUE" FROM json_each(${variant})`;
    return plain(`(${items})${place.alias === null ? ' AS "FLATTEN"' : ""}`, place.to);
  }
  const relation = state.relations.get(at);
  const name = quote(place.what.parts.at(-1)!);
  if (relation == null) return plain(name, place.to);
  return plain(`${relation.sql}${place.alias === null ? ` AS ${name}` : ""}`, place.to);
}
