import { SnowflakeError, type SnowflakeErrorKind } from "../errors.ts";

/** What DuckDB says, and what Snowflake would say for it; the first that fits. */
const kinds: [RegExp, SnowflakeErrorKind, (text: string) => string][] = [
  [/Malformed JSON/, "bad json", (text) => `Error parsing JSON: ${text}`],
  [/Failed to cast variant value/, "bad value", (text) => text.replace(/^.*?(Failed to cast)/s, "$1")],
  [
    /Could not convert string .* to (U?BIG|HUGE)?INT|Could not cast .* to DECIMAL|to DECIMAL|to DOUBLE|Out of Range/i,
    "bad number",
    (text) => `Numeric value is not recognized: ${text}`,
  ],
  [/Conversion Error/, "bad value", (text) => `Failed to cast value: ${text}`],
  [
    /No magic bytes|not a Parquet|Parquet magic|IO Error|Invalid Input Error.*parquet/is,
    "file broken",
    (text) => `Error parsing the parquet file: ${text}`,
  ],
  [
    /Binder Error.*(column|Referenced)/is,
    "unknown column",
    (text) =>
      `SQL compilation error: error line 1\ninvalid identifier ${/"([^"]+)"/.exec(text)?.[1] ?? ""}: ${text}`,
  ],
  [/Parser Error/, "syntax", (text) => `SQL compilation error:\n${text}`],
  [/Catalog Error|Binder Error/, "compilation", (text) => `SQL compilation error:\n${text}`],
];

/** An error of DuckDB as Snowflake's; what the double does not know stays what it is, and becomes `internal`. */
export function duckdbError(error: unknown, where: { file?: string } = {}): unknown {
  if (error instanceof SnowflakeError || !(error instanceof Error)) return error;
  const known = kinds.find(([shape]) => shape.test(error.message));
  if (known === undefined) return error;
  const [, kind, render] = known;
  const file = where.file === undefined ? "" : `\n  File '${where.file}'`;
  return new SnowflakeError(kind, render(error.message.split("\n\n")[0]!) + file);
}
