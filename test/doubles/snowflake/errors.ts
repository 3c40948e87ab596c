/** An error as Snowflake sends it: HTTP 200, `success: false`, six digits and a SQLSTATE. */
export class SnowflakeError extends Error {
  readonly code: string;
  readonly sqlState: string;

  constructor(kind: SnowflakeErrorKind, message: string) {
    super(message);
    this.name = "SnowflakeError";
    [this.code, this.sqlState] = kinds[kind];
  }
}

/** Code and SQLSTATE by what went wrong; README.md says which of them are documented. */
const kinds = {
  syntax: ["001003", "42000"],
  "unknown object": ["002003", "42S02"],
  "unknown column": ["000904", "42000"],
  "object exists": ["002002", "42710"],
  "invalid argument": ["001008", "22023"],
  "column exists": ["002028", "42601"],
  "type change": ["002108", "22000"],
  compilation: ["002001", "42601"],
  "no privilege": ["003001", "42501"],
  "not authorized": ["003540", "42501"],
  "no warehouse": ["000606", "57P03"],
  "unknown warehouse": ["002043", "02000"],
  "warehouse suspended": ["090073", "22000"],
  "too many waiters": ["000625", "57014"],
  "lock timeout": ["000625", "57014"],
  deadlock: ["000625", "57014"],
  canceled: ["000604", "57014"],
  "statement timeout": ["000630", "57014"],
  "transaction aborted": ["000615", "57014"],
  "file missing": ["091016", "22000"],
  "file broken": ["100142", "22000"],
  "stage denied": ["003167", "42601"],
  "too many files": ["001138", "22023"],
  "bad number": ["100038", "22018"],
  "bad value": ["100071", "22000"],
  "bad json": ["100069", "22P02"],
  "value too large": ["100082", "22000"],
  "null refused": ["100072", "22000"],
  "merge ambiguous": ["100090", "42P18"],
  internal: ["000603", "XX000"],
} as const satisfies Record<string, readonly [code: string, sqlState: string]>;

export type SnowflakeErrorKind = keyof typeof kinds;

/** `Object 'X' does not exist or not authorized.`: Snowflake does not tell the two apart. */
export function unknownObject(kind: string, name: string): SnowflakeError {
  return new SnowflakeError(
    "unknown object",
    `SQL compilation error:\n${kind} '${name}' does not exist or not authorized.`,
  );
}

/** Refuses what the double does not know, with the whole text, so that no statement is answered by chance. */
export function unknownStatement(sql: string, why: string): SnowflakeError {
  return new SnowflakeError(
    "syntax",
    `SQL compilation error:\nthe double does not know this statement (${why}): ${sql}`,
  );
}
