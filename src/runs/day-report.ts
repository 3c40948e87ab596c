import { z } from "zod";
import type { Day } from "../days/day.ts";
import type { FamilyName } from "../days/families.ts";
import { type ErrorCode, type ErrorParts, ShardliftError } from "../errors.ts";
import { renderCanonicalJson } from "../lake/canonical-json.ts";
import { parseObject } from "../lake/parse-object.ts";
import { column, count, day, familyName, generationId, instantMs } from "../lake/schemas.ts";
import type { GenerationReport } from "../ports.ts";

export const dayReportFormatVersion = 1;

/** What a run says of one of its days, under `_runs/<run key>/<run id>/<family>-<day>.json`. */
export type DayReport = {
  formatVersion: 1;
  /** The day key of the spec. */
  key: string;
  family: FamilyName;
  day: Day;
} & (
  | { outcome: "written"; report: GenerationReport }
  | { outcome: "failed"; error: ReportedError; generation: string | null }
);

/** An error as a run tells it: the four parts, and whether asking again helps. */
export interface ReportedError {
  code: ErrorCode;
  retryable: boolean;
  parts: ErrorParts;
}

const lakeFile = z.strictObject({ key: z.string().min(1), bytes: count, rows: count });

const generationReport: z.ZodType<GenerationReport> = z
  .strictObject({
    generation: generationId,
    files: z.array(lakeFile),
    duplicatesFiles: z.array(lakeFile),
    balance: z.strictObject({
      source: count,
      written: count,
      duplicates: z.strictObject({ exact: count, conflicting: count }),
      filtered: count,
    }),
    checksum: z.string().regex(/^\d+$/),
    nonNull: z.record(z.string(), count),
    columns: z.array(column),
    engine: z.strictObject({ name: z.string(), version: z.string() }),
    // A run may always be joined: one that does not say when it began could be committed too late.
    startedAtMs: instantMs,
  })
  .refine(hasCountPerColumn, "nonNull does not count the columns, each once");

const reportedError: z.ZodType<ReportedError> = z.strictObject({
  code: z.enum(["data", "balance", "config", "outside", "refused", "bug"]),
  retryable: z.boolean(),
  parts: z.strictObject({
    failed: z.string().min(1),
    rule: z.exactOptional(z.string()),
    received: z.exactOptional(z.string()),
    remedy: z.exactOptional(z.string()),
  }),
});

const common = { formatVersion: z.literal(dayReportFormatVersion), key: z.string(), family: familyName, day };

const dayReport: z.ZodType<DayReport> = z.discriminatedUnion("outcome", [
  z.strictObject({ ...common, outcome: z.literal("written"), report: generationReport }),
  z.strictObject({
    ...common,
    outcome: z.literal("failed"),
    error: reportedError,
    generation: generationId.nullable(),
  }),
]);

export function renderDayReport(report: DayReport): Uint8Array {
  return new TextEncoder().encode(renderCanonicalJson(report));
}

/** Throws as `parseObject`. @param key where it was read, for messages */
export function parseDayReport(key: string, body: Uint8Array): DayReport {
  const told = parseObject("run report", key, body, dayReportFormatVersion, dayReport);
  if (told.outcome === "failed") return told;
  const { nonNull, columns } = told.report;
  // JSON objects have no order to rely on: counts come in the order of the columns, as from any engine.
  const ordered = Object.fromEntries(columns.map(({ name }) => [name, nonNull[name]!]));
  return { ...told, report: { ...told.report, nonNull: ordered } };
}

function hasCountPerColumn({ nonNull, columns }: Pick<GenerationReport, "nonNull" | "columns">): boolean {
  const names = Object.keys(nonNull);
  return names.length === columns.length && columns.every(({ name }) => names.includes(name));
}

/** The error a run told of, as if it had been thrown here. */
export function buildReportedError({ code, retryable, parts }: ReportedError): ShardliftError {
  return new ShardliftError(code, parts, { retryable });
}
