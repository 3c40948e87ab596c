import { parseType } from "../model/types.ts";

/** A piece of translated SQL: a VARIANT, or a value of one of DuckDB's own types. */
export interface Piece {
  sql: string;
  /** `native`: a VARIANT whose value is known to be of a scalar type, so that no JSON stands between. */
  is: "plain" | "variant" | "native";
}

/** `::TYPE`. A VARIANT gives its text without quotes, and NULL for a JSON null. */
export function castPiece(piece: Piece, type: string): Piece {
  const { printed, duckdb } = parseType(type);
  if (duckdb === "JSON") return castToJson(piece, printed);
  const source = piece.is === "variant" ? `sf_text(${piece.sql})` : piece.sql;
  return { sql: `CAST(${source} AS ${duckdb})`, is: "plain" };
}

function castToJson(piece: Piece, printed: string): Piece {
  const variant = piece.is === "variant" ? piece.sql : `to_json(${piece.sql})`;
  if (printed === "OBJECT") return { sql: `sf_object(${variant})`, is: "variant" };
  if (printed === "ARRAY") return { sql: `sf_array(${variant})`, is: "variant" };
  return { sql: variant, is: "variant" };
}

/** `:"a".b[0]`: SQL NULL where there is no such member. */
export function extractPiece(piece: Piece, path: readonly (string | number)[]): Piece {
  const variant = piece.is === "variant" ? piece.sql : `to_json(${piece.sql})`;
  if (path.length === 0) return { sql: variant, is: "variant" };
  const steps = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${JSON.stringify(step)}`));
  return { sql: `json_extract(${variant}, '$${steps.join("").replaceAll("'", "''")}')`, is: "variant" };
}
