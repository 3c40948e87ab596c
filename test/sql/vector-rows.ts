import { readFile } from "node:fs/promises";
import type { Json } from "./json-text.ts";

/** A row, and what its id is made from. */
export interface Vector {
  name: string;
  row: Record<string, Json>;
  text: string;
  id: string;
}

/** The vectors of formula version 1, their integers and doubles as such. */
export async function readVectors(): Promise<Vector[]> {
  const file = new URL("../vectors/event-id.json", import.meta.url);
  const { vectors } = JSON.parse(await readFile(file, "utf8")) as { vectors: Vector[] };
  return vectors.map((vector) => ({ ...vector, row: readVector(vector.row) as Vector["row"] }));
}

/** Integers and what JSON has no number for stand in the vectors as texts. */
function readVector(value: Json, name = ""): Json {
  if (Array.isArray(value)) return value.map((inner) => readVector(inner));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, readVector(inner, key)]));
  }
  const isInteger = [
    "event_timestamp",
    "event_bundle_sequence_id",
    "batch_event_index",
    "int_value",
  ].includes(name);
  if (typeof value === "string" && isInteger) return BigInt(value);
  return typeof value === "string" && /^(float|double)_value$/.test(name) ? Number(value) : value;
}
