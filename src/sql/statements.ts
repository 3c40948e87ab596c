import { readFileSync } from "node:fs";

/**
 * Reads one of the package's own statements, `sql/<path>.sql`, without its header comment. Program text, like an
 * import: the only file access in this folder.
 * @param path such as `duckdb/warehouse/create-ledger`
 */
export function readStatement(path: string): string {
  const text = readFileSync(new URL(`../../sql/${path}.sql`, import.meta.url), "utf8");
  return text
    .replace(/^(--[^\n]*\n)+/, "")
    .trim()
    .replace(/;$/, "");
}
