import { type Exact, isRecord, renderExact } from "./exact-json.ts";

/** How much was compared: `values` are leaves (null included), `keys` members of objects. */
export interface Tally {
  rows: number;
  keys: number;
  values: number;
}

export function createTally(): Tally {
  return { rows: 0, keys: 0, values: 0 };
}

export interface Difference {
  path: string;
  expected: Exact | undefined;
  actual: Exact | undefined;
}

/** Compares leaf by leaf; integers and doubles are never equal, absent and null are not either. */
export function compareExact(
  path: string,
  expected: Exact | undefined,
  actual: Exact | undefined,
  tally: Tally,
): Difference[] {
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    return expected.flatMap((item, index) => compareExact(`${path}[${index}]`, item, actual[index], tally));
  }
  if (isRecord(expected) && isRecord(actual)) {
    const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    tally.keys += names.size;
    return [...names].flatMap((name) => compareExact(`${path}.${name}`, expected[name], actual[name], tally));
  }
  tally.values += 1;
  return isLeafEqual(expected, actual) ? [] : [{ path, expected, actual }];
}

function isLeafEqual(expected: Exact | undefined, actual: Exact | undefined): boolean {
  if (Array.isArray(expected) || Array.isArray(actual)) return false;
  return Object.is(expected, actual);
}

export function renderDifference({ path, expected, actual }: Difference): string {
  const text = (value: Exact | undefined) => (value === undefined ? "absent" : renderExact(value));
  return `${path}: ${text(expected)} became ${text(actual)}`;
}
