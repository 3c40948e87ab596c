import type { Parsed } from "./issue.ts";

/** Decimal units as DuckDB and disks count, binary ones where they are asked for by name. */
const unitBytes = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
} as const;

type Unit = keyof typeof unitBytes;

export interface SizeLimits {
  minBytes: number;
  maxBytes: number;
  /** Why not less, where that is not plain. */
  whyNotLess?: string;
}

/** `400 MB` → 400,000,000 bytes; `1.5 GiB` → 1,610,612,736. */
export function parseSizeBytes(text: string, limits: SizeLimits): Parsed<number> {
  const match = /^(\d{1,9}(?:\.\d{1,3})?) ?([A-Za-z]{1,3})$/.exec(text);
  const unit = match?.[2] ?? "";
  if (match === null || !Object.hasOwn(unitBytes, unit)) return { problem: explainSize(match?.[1], unit) };
  const bytes = Math.round(Number(match[1]) * unitBytes[unit as Unit]);
  if (bytes >= limits.minBytes && bytes <= limits.maxBytes) return { value: bytes };
  const [least, most] = [renderSize(limits.minBytes), renderSize(limits.maxBytes)];
  const why = bytes < limits.minBytes && limits.whyNotLess ? `: ${limits.whyNotLess}` : "";
  return {
    problem: {
      failed: bytes < limits.minBytes ? "is too small" : "is too large",
      rule: `between ${least} and ${most}${why}`,
      remedy: `write ${bytes < limits.minBytes ? least : most}, or something between`,
    },
  };
}

function explainSize(count: string | undefined, unit: string) {
  const meant = Object.keys(unitBytes).find((candidate) => candidate.toLowerCase() === unit.toLowerCase());
  return {
    failed: "is not a size",
    rule: "a number and a unit: MB, GB, TB (thousands) or MiB, GiB, TiB (1,024s)",
    remedy: meant === undefined ? 'write it like "400 MB"' : `write "${count} ${meant}"`,
  };
}

/** The largest decimal unit that is not below one: 400,000,000 → `400 MB`. */
export function renderSize(bytes: number): string {
  const unit = (["TB", "GB", "MB", "kB"] as const).find((candidate) => bytes >= unitBytes[candidate]) ?? "B";
  return `${bytes / unitBytes[unit]} ${unit}`;
}
