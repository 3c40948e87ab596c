import type { Column } from "../days/schema.ts";

/**
 * What becomes of the rows of one schema in one pipeline, rendered to SQL: data (JSON), complete in itself.
 * Engines only execute it. Places for paths and limits are `{{name}}`, filled with quoted literals.
 */
export interface Recipe {
  formatVersion: 1;
  /** Version of the `event_id` formula. */
  formula: number;
  /** DuckDB release whose texts of numbers the ids rely on. */
  duckdbVersion: string;
  /** What decides what rows become, hashed (see `hashRules`). */
  rulesDigest: string;
  /** Whether a secret named `hash_key` must be bound before the statements run. */
  needsHashKey: boolean;
  /** Columns of the files it writes, in order. */
  columns: Column[];
  /** Named statements, each one or more SQL statements to be run in order. */
  statements: Record<string, string[]>;
}
