import type { Column } from "../days/schema.ts";

/**
 * What becomes of the rows of one schema in one pipeline, rendered to SQL: data (JSON), complete in itself.
 * Engines only execute it. Places `{{@name}}` are filled by them with literals (`fillPlaces`); what each statement
 * is, which places it has and in which order they run is told in docs/recipe.md.
 */
export interface Recipe {
  formatVersion: 1;
  /** Version of the `event_id` formula. */
  formula: number;
  /** DuckDB release whose texts of numbers the ids rely on. */
  duckdbVersion: string;
  /** What decides what rows become, hashed (see `hashRules`). */
  rulesDigest: string;
  /** Whether a secret must be bound (`hash_inner`, `hash_outer`) before the statements run. */
  needsHashKey: boolean;
  /** Columns of the files it writes, in order. */
  columns: Column[];
  /** Named statements, each one or more SQL statements to be run in order. */
  statements: Record<StatementName, string[]>;
}

/** All names a recipe has statements for; a name without work has an empty list. */
export type StatementName =
  /** Once per connection: the macros. */
  | "setup"
  /** Per newline-JSON file: its lines as texts, in small Parquet files; run with `check_json` before `stage`. */
  | "split_json"
  /** Per file that came of it: the merged shape of its lines. */
  | "shape_json"
  /** Per newline-JSON file, over its shapes: the first place that is not declared or holds the wrong thing. */
  | "check_json"
  /** After a refusal: the line that has such a place. */
  | "locate"
  /** Per newline-JSON file: typed rows into Parquet. */
  | "stage"
  /** Per Parquet file: columns whose type is not the declared one. */
  | "check_parquet"
  /** After a failure over several files: reads one of them whole. */
  | "probe"
  /** Per file or day: the view `source` over Parquet files. */
  | "source"
  /** The same view where a shard has no file at all. */
  | "source_empty"
  /** Per file or day: rows there are, and rows that the filter lets pass. */
  | "counts"
  /** Per file or day: the table `keys`, hashes of the rows' identities. */
  | "keys"
  /** Per file or day: for each key-value column the table `key_lists_<column>`, the order of their pairs. */
  | "key_lists"
  /** Once per day, over all `keys`: the table `suspects`, hashes that occur twice. */
  | "suspects"
  /** Once per day: how many suspects there are; with none of them `side` and `settle` have no work. */
  | "apart"
  /** Per file or day: rows that are suspect, as they are, into a side file. */
  | "side"
  /** Once per day, over all side files: the views `settled_rows` and `removed_rows`, in the exact form. */
  | "settle"
  /** Once per day: how many duplicates were exact copies and how many conflict. */
  | "duplicates"
  /** Per file or day: the view `clean_rows`, all other rows. */
  | "clean"
  /** The same view where nothing is apart: all rows. */
  | "clean_whole"
  /** Writes clean and settled rows; the two that follow write one kind alone. */
  | "write"
  | "write_clean"
  | "write_settled"
  /** Writes some clean rows, to learn how many bytes a row takes. */
  | "sample"
  /** Writes removed rows. */
  | "write_removed"
  /** Reads back what was written: rows, checksum. */
  | "report"
  /** For each column, in order: how many rows have a value; for those that footers cannot tell. */
  | "non_null";
