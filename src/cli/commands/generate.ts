import { resolve } from "node:path";
import { type FamilyName, familyNames, type ShardKind, shardKinds } from "../../days/families.ts";
import { parseDays } from "../../days/window.ts";
import { exitCodes, ShardliftError } from "../../errors.ts";
import type { ShardFormat } from "../../generate/shard-spec.ts";
import { formatBytes, formatCount, formatPlural } from "../../plan/format.ts";
import type { Io } from "../io.ts";
import { createPaint } from "../paint.ts";
import { createProgress, pickProgressMode } from "../progress.ts";
import { listenForSignals } from "../signals.ts";

interface GenerateFlags {
  family: string;
  days?: string;
  rows: string;
  to: string;
  dataset: string;
  timeZone: string;
  kind: string;
  format: string;
  seed: string;
  revision: string;
  progress: string;
}

/** `shardlift generate`: export shards to try things with, the same for the same flags. */
export async function run(flags: GenerateFlags, io: Io): Promise<number> {
  if (flags.days === undefined) throw buildFlagError("--days", "nothing", "2026-11-01..2026-11-10");
  const options = {
    family: readChoice("--family", flags.family, familyNames) as FamilyName,
    kind: readChoice("--kind", flags.kind, shardKinds) as ShardKind,
    format: readChoice("--format", flags.format, ["parquet", "jsonl", "jsonl.gz"]) as ShardFormat,
    root: resolve(io.cwd, flags.to),
    dataset: flags.dataset,
    timeZone: flags.timeZone,
    days: parseDays(flags.days),
    rowsPerDay: readNumber("--rows", flags.rows),
    seed: readNumber("--seed", flags.seed),
    revision: readNumber("--revision", flags.revision),
  };
  const { generateProperty } = await import("../../adapters/duckdb/generator-property.ts");
  const mode = pickProgressMode(flags.progress, io.stderr);
  const paint = createPaint(io.stderr, io.env);
  const progress = createProgress({ mode, stream: io.stderr, nowMs: () => Date.now(), paint });
  const signals = listenForSignals();
  const say = (text: string) => progress.report({ event: "note", level: "info", text });
  try {
    const shards = await generateProperty({
      ...options,
      signal: signals.signal,
      onProgress: ({ shard }) =>
        say(`${shard.table}: ${formatCount(shard.rows.total)} rows, ${formatBytes(shard.bytes)}`),
    });
    const rows = shards.reduce((sum, shard) => sum + shard.rows.total, 0);
    io.stdout.write(
      `${formatPlural(shards.length, "shard")}, ${formatCount(rows)} rows in ${flags.to}/${flags.dataset}\n`,
    );
    return exitCodes.done;
  } finally {
    progress.stop();
    signals.stop();
  }
}

function readChoice(flag: string, text: string, choices: readonly string[]): string {
  if (choices.includes(text)) return text;
  throw buildFlagError(flag, text, choices.join(", "));
}

function readNumber(flag: string, text: string): number {
  const number = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isNaN(number)) return number;
  throw buildFlagError(flag, text, "a whole number such as 1000");
}

function buildFlagError(flag: string, received: string, wanted: string): ShardliftError {
  return new ShardliftError("usage", {
    failed: `The value of ${flag} cannot be used.`,
    rule: `wanted: ${wanted}`,
    received,
    remedy: "see shardlift generate --help",
  });
}
