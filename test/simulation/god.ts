import type { Day } from "../../src/days/day.ts";
import { generationPrefix, headKey, headsPrefix, manifestKey } from "../../src/lake/keys.ts";
import type { Head, Manifest } from "../../src/lake/types.ts";
import { type ModelFile, type ModelRow, parseModelFile } from "./models/content.ts";
import { pipelines, type World } from "./world.ts";

/** What nobody in the world knows, but the checks do: the outside as it is at this moment. */

const { name: pipeline } = pipelines[0];
const { family } = pipelines[0].families[0]!;

const parsed = new WeakMap<Uint8Array, unknown>();

/** Objects are never changed in place, so each body is parsed once. */
function parseOnce<T>(body: Uint8Array): T {
  let value = parsed.get(body);
  if (value === undefined) {
    value = JSON.parse(new TextDecoder().decode(body));
    parsed.set(body, value);
  }
  return value as T;
}

export function readGodHead({ store }: Pick<World, "store">, day: Day): Head | null {
  const body = store.read(headKey(pipeline, family, day));
  return body === null ? null : parseOnce<Head>(body);
}

export function listGodHeads(world: Pick<World, "store">): Head[] {
  const keys = world.store.keys(headsPrefix(pipeline, family));
  return keys.map((key) => parseOnce<Head>(world.store.read(key)!));
}

export function readGodManifest(
  { store }: Pick<World, "store">,
  day: Day,
  generation: string,
): Manifest | null {
  const body = store.read(manifestKey(pipeline, family, day, generation));
  return body === null ? null : parseOnce<Manifest>(body);
}

/** Files that lie in a generation's folder now. */
export function readGodFiles({ store }: Pick<World, "store">, day: Day, generation: string): ModelFile[] {
  const keys = store.keys(generationPrefix(pipeline, family, day, generation));
  return keys.map((key) => parseModelFile(store.read(key)!));
}

export function prefixOf(day: Day, generation: string): string {
  return generationPrefix(pipeline, family, day, generation);
}

/** Rows as text that is equal for equal rows in whatever order. */
export function renderRows(rows: readonly ModelRow[]): string {
  return rows
    .map(({ id, value }) => `${id.slice(0, 8)}=${value}`)
    .sort()
    .join(" ");
}
