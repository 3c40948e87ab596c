import { ShardliftError } from "../../errors.ts";

/** What a tables.get tells, as far as we need it. */
export interface TableMetadata {
  etag: string;
  /** ms since the epoch, as text. */
  modified: string;
  /** `TABLE`, `VIEW`, `EXTERNAL`, … */
  type: string;
  /** null where the table has no rows of its own (a view). */
  rows: number | null;
  bytes: number;
  location: string;
  /** Whether rows that were streamed in are not in `rows` yet. */
  isStreaming: boolean;
  /** In BigQuery's own form, unchecked. */
  schema: unknown;
}

/**
 * Parses the API's answer.
 * @param name `project.dataset.table`, for the message
 * @throws ShardliftError `outside` where something that decides is missing or not what it should be
 */
export function parseTable(answer: unknown, name: string): TableMetadata {
  const raw = (typeof answer === "object" && answer !== null ? answer : {}) as Record<string, unknown>;
  const { etag, lastModifiedTime, type, location, numRows, numBytes, streamingBuffer, schema } = raw;
  const isStored = type === "TABLE" || numRows !== undefined;
  const checked = {
    etag: typeof etag === "string" && etag !== "" ? etag : null,
    lastModifiedTime: isCount(lastModifiedTime) ? lastModifiedTime : null,
    type: typeof type === "string" ? type : null,
    location: typeof location === "string" ? location : null,
    numRows: isStored ? readCount(numRows) : 0,
    numBytes: isStored ? readCount(numBytes) : 0,
  };
  const wrong = Object.entries(checked).find(([, value]) => value === null)?.[0];
  if (wrong !== undefined) throw buildUnreadable(name, wrong, raw[wrong]);
  return {
    etag: checked.etag!,
    modified: checked.lastModifiedTime!,
    type: checked.type!,
    location: checked.location!,
    rows: isStored ? checked.numRows : null,
    bytes: checked.numBytes!,
    isStreaming: isBuffering(streamingBuffer),
    schema,
  };
}

function isCount(value: unknown): value is string {
  return typeof value === "string" && /^\d{1,19}$/.test(value);
}

/** int64 comes as text; a number beyond 2^53 would lose digits, so it is none. */
function readCount(value: unknown): number | null {
  const count = isCount(value) ? Number(value) : Number.NaN;
  return Number.isSafeInteger(count) ? count : null;
}

/** The buffer is told as an estimate; one that is estimated at nothing holds nothing. */
function isBuffering(buffer: unknown): boolean {
  if (typeof buffer !== "object" || buffer === null) return false;
  const { estimatedRows, estimatedBytes } = buffer as Record<string, unknown>;
  return !(estimatedRows === "0" && estimatedBytes === "0");
}

function buildUnreadable(name: string, field: string, value: unknown): ShardliftError {
  return new ShardliftError(
    "outside",
    {
      failed: `BigQuery's answer about ${name} cannot be read.`,
      rule: `a table's metadata have ${field}, int64 as text`,
      received: value === undefined ? `no ${field}` : `${field}: ${JSON.stringify(value)?.slice(0, 100)}`,
      remedy: "look whether a proxy changes answers; if not, tell us: the API has changed",
    },
    { retryable: false },
  );
}
