import { addDays, type Day, dayEnd } from "../days/day.ts";
import { type FamilyName, families, type ShardKind } from "../days/families.ts";
import { renderShard } from "../days/shards.ts";
import { ShardliftError } from "../errors.ts";
import { eraOf } from "./eras.ts";

export type ShardFormat = "parquet" | "jsonl" | "jsonl.gz";

/** All that decides the rows of a generated shard: equal specs give equal rows. */
export interface ShardSpec {
  family: FamilyName;
  kind: ShardKind;
  day: Day;
  /** IANA name. */
  timeZone: string;
  seed: number;
  /** Different events (sessions, users) of the whole day; copies, conflicts and late rows come on top. */
  rows: number;
  /** Schema era, see `listEras`. */
  era: string;
  /** 1: as first exported; each later one restates some attribution and adds 2 % late rows. */
  revision: number;
  /** Rows that repeat another one with all its values, as a share of the rows. */
  duplicates: number;
  /** Rows that repeat another one's identity with other attribution, as a share of the rows. */
  conflicts: number;
  /** The first part of the day's rows that the shard holds, 0 to 1. */
  portion: number;
  format: ShardFormat;
  /** Number of files. */
  parts: number;
}

/** What must be said of a shard; the rest has defaults. */
export type ShardWish = Pick<ShardSpec, "family" | "day"> & Partial<ShardSpec>;

/** How much of a day is there when such a shard is looked at. */
const defaultPortion: Record<ShardKind, number> = { daily: 1, fresh: 0.95, intraday: 0.6 };

/** Fills what a wish leaves out: a daily shard of 1,000 rows in the schema its day had. */
export function completeSpec(wish: ShardWish): ShardSpec {
  const kind = wish.kind ?? "daily";
  return checkSpec({
    kind,
    timeZone: "Europe/Berlin",
    seed: 1,
    rows: 1_000,
    era: eraOf(wish.family, wish.day),
    revision: 1,
    duplicates: 0.005,
    conflicts: 0.002,
    portion: defaultPortion[kind],
    format: "parquet",
    parts: 1,
    ...wish,
  });
}

function checkSpec(spec: ShardSpec): ShardSpec {
  const whole = (n: number, min: number, max: number) => Number.isSafeInteger(n) && n >= min && n <= max;
  const share = (n: number) => n >= 0 && n <= 1;
  if (!whole(spec.rows, 0, 1_000_000_000))
    refuse("rows", "a whole number from 0 to 1,000,000,000", spec.rows);
  if (!whole(spec.seed, 0, Number.MAX_SAFE_INTEGER)) refuse("seed", "a whole number from 0 on", spec.seed);
  if (!whole(spec.parts, 1, 1_000)) refuse("parts", "a whole number from 1 to 1,000", spec.parts);
  if (!whole(spec.revision, 1, 6)) refuse("revision", "a whole number from 1 to 6", spec.revision);
  for (const name of ["duplicates", "conflicts", "portion"] as const) {
    if (!share(spec[name])) refuse(name, "a share from 0 to 1", spec[name]);
  }
  if (!isTimeZone(spec.timeZone)) refuse("timeZone", "an IANA name such as Europe/Berlin", spec.timeZone);
  if (families[spec.family].shards[spec.kind] === undefined) {
    refuse("kind", `one of ${Object.keys(families[spec.family].shards).join(", ")}`, spec.kind);
  }
  return spec;
}

function isTimeZone(text: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: text }));
  } catch {
    return false;
  }
}

function refuse(name: string, rule: string, received: unknown): never {
  throw new ShardliftError("usage", {
    failed: `A shard cannot be generated with this value of ${name}.`,
    rule: `${name} is ${rule}`,
    received: String(received),
  });
}

/** Name of the table the spec describes, `events_intraday_20261120`. */
export function tableOf(spec: Pick<ShardSpec, "family" | "kind" | "day">): string {
  return renderShard(families[spec.family], spec.kind, spec.day)!;
}

/** How many rows of which sort the shard holds. */
export interface RowCounts {
  /** Rows with an identity of their own. */
  distinct: number;
  /** Further rows with all values of another one (pairs maybe in another order). */
  copies: number;
  /** Further rows with the identity of another one, but other values. */
  conflicts: number;
  total: number;
}

const lateShare = 0.02;

export function countRows(spec: ShardSpec): RowCounts {
  const late = spec.portion === 1 ? Math.round(spec.rows * lateShare * (spec.revision - 1)) : 0;
  const distinct = Math.floor(spec.rows * spec.portion) + late;
  const copies = distinct === 0 ? 0 : Math.round(distinct * spec.duplicates);
  const conflicts = distinct === 0 ? 0 : Math.round(distinct * spec.conflicts);
  return { distinct, copies, conflicts, total: distinct + copies + conflicts };
}

/** First and last-but-excluded instant of the day in its zone, in UTC microseconds. */
export function daySpan({ day, timeZone }: Pick<ShardSpec, "day" | "timeZone">): {
  startUs: bigint;
  endUs: bigint;
} {
  return {
    startUs: BigInt(dayEnd(addDays(day, -1), timeZone)) * 1000n,
    endUs: BigInt(dayEnd(day, timeZone)) * 1000n,
  };
}
