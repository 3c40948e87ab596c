import type { SnowflakeError } from "../errors.ts";
import { buildColumn, type StatementResult, typeIds } from "../protocol/replies.ts";
import type { StagedFile } from "./load-metadata.ts";

/** What became of one file. */
export interface Loaded {
  file: StagedFile;
  rows: number;
  /** null: it was loaded. */
  refusal: SnowflakeError | null;
}

const resultColumns = [
  "file",
  "status",
  "rows_parsed",
  "rows_loaded",
  "error_limit",
  "errors_seen",
  "first_error",
  "first_error_line",
  "first_error_character",
  "first_error_column_name",
];
const numbers = new Set([
  "rows_parsed",
  "rows_loaded",
  "error_limit",
  "errors_seen",
  "first_error_line",
  "first_error_character",
]);

/** The row of a file that was passed over. */
export function renderSkipped({ url }: StagedFile): (string | null)[] {
  return [url, "LOAD_SKIPPED", "0", "0", null, "1", "File was loaded before.", null, null, null];
}

/** The rows of a COPY. */
export function renderOutcomes(outcomes: readonly Loaded[], skipped: (string | null)[][]): StatementResult {
  const columns = resultColumns.map((name) => buildColumn(name, numbers.has(name) ? "fixed" : "text"));
  const rows = outcomes.map(({ file, rows, refusal }) =>
    refusal === null
      ? [file.url, "LOADED", String(rows), String(rows), "1", "0", null, null, null, null]
      : [file.url, "LOAD_FAILED", "0", "0", "1", "1", refusal.message, "1", null, null],
  );
  return { columns, rows: [...rows, ...skipped], typeId: typeIds.copy };
}
