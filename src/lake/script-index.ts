import { z } from "zod";
import type { ObjectStore } from "../ports.ts";
import { renderCanonicalJson } from "./canonical-json.ts";
import { scriptPrefix } from "./keys.ts";
import { parseObject } from "./parse-object.ts";
import { count } from "./schemas.ts";

export const scriptIndexFormatVersion = 1;

/** What one release's script consists of, under `_scripts/<digest>/index.json`; written last, so all of it is there. */
export interface ScriptIndex {
  formatVersion: 1;
  digest: string;
  /** Names below `_scripts/<digest>/`. */
  script: string;
  archive: string;
  wheels: string[];
  files: { name: string; bytes: number }[];
}

const name = z.string().regex(/^[A-Za-z0-9_.+-]+(\/[A-Za-z0-9_.+-]+)*$/);

const scriptIndex: z.ZodType<ScriptIndex> = z.strictObject({
  formatVersion: z.literal(scriptIndexFormatVersion),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  script: name,
  archive: name,
  wheels: z.array(name),
  files: z.array(z.strictObject({ name, bytes: count })),
});

export function scriptIndexKey(digest: string): string {
  return `${scriptPrefix(digest)}index.json`;
}

export function renderScriptIndex(index: ScriptIndex): Uint8Array {
  return new TextEncoder().encode(renderCanonicalJson(index));
}

/** @returns null where the script was not pushed. Throws as `parseObject`. */
export async function readScriptIndex(store: ObjectStore, digest: string): Promise<ScriptIndex | null> {
  const key = scriptIndexKey(digest);
  const found = await store.get(key);
  return found === null
    ? null
    : parseObject("script index", key, found.body, scriptIndexFormatVersion, scriptIndex);
}
