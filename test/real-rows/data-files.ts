import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { parseSchema } from "../../src/adapters/files/parse-schema.ts";
import type { Field } from "../../src/days/schema.ts";

const shared = fileURLToPath(new URL("../../../shared/", import.meta.url));

/** Absolute path of a file of real rows (or of a schema) beside the repository. */
export function sharedPath(name: string): string {
  return `${shared}${name}`;
}

/** Why suites on real rows are skipped here, as a suffix of their titles; null where the rows are there. */
export const missingData = existsSync(sharedPath("data")) ? null : " (skipped: ../shared/data is not there)";

/** Lines of a gzipped file of newline JSON. */
export async function readLines(name: string): Promise<string[]> {
  const text = gunzipSync(await readFile(sharedPath(`data/spider2/${name}`))).toString("utf8");
  return text.split("\n").filter((line) => line !== "");
}

export async function readSchema(name: string): Promise<Field[]> {
  const parsed = parseSchema(JSON.parse(await readFile(sharedPath(`schemas/${name}.json`), "utf8")));
  if ("issues" in parsed) throw new Error(parsed.issues.join("; "));
  return parsed.fields;
}
