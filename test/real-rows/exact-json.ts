/** A JSON value that keeps what a JavaScript number would lose: integers are bigint, all other numbers doubles. */
export type Exact = null | boolean | string | bigint | number | Exact[] | { [key: string]: Exact };

type Reviver = (key: string, value: unknown, context: { source: string }) => unknown;

/** Node gives revivers the text of each number; TypeScript's library does not know that yet. */
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** Parses JSON without a number ever passing through a double that was written as an integer. */
export function parseExact(text: string): Exact {
  return parse(text, (_key, value, context) =>
    typeof value === "number" && /^-?\d+$/.test(context.source) ? BigInt(context.source) : value,
  ) as Exact;
}

export function isRecord(value: Exact | undefined): value is { [key: string]: Exact } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Compact JSON with all digits. */
export function renderExact(value: Exact): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return renderDouble(value);
  if (Array.isArray(value)) return `[${value.map(renderExact).join(",")}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, member]) => `${JSON.stringify(key)}:${renderExact(member)}`)
    .join(",")}}`;
}

/**
 * The shortest digits that read back as the same double, in DuckDB's form: an exponent below 1e-4 and from 1e16 on
 * (two digits at least), else a point, which tells a double from an integer.
 */
function renderDouble(value: number): string {
  const [mantissa = "", exponent = ""] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 16) return Number.isInteger(value) ? value.toFixed(1) : String(value);
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
