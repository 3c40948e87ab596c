import { ShardliftError } from "../../errors.ts";

const memoryWords = /^Out of Memory Error/i;

/** What DuckDB's words mean for a day; the first that fits counts. */
const meanings: { words: RegExp; build: (text: string, cause: unknown) => ShardliftError }[] = [
  {
    words: /No space left on device|disk quota|max_temp_directory_size|failed to offload/i,
    build: buildDiskError,
  },
  { words: memoryWords, build: buildMemoryError },
  { words: /Permission denied|Read-only file system|Too many open files/i, build: buildAccessError },
];

/**
 * Turns what a statement rejected with into an error that tells what to do.
 * @param reading file whose rows were read, where it is known
 */
export function buildStatementError(cause: unknown, reading: string | null): unknown {
  if (!(cause instanceof Error) || cause instanceof ShardliftError) return cause;
  const known = meanings.find(({ words }) => words.test(cause.message));
  if (known) return known.build(cause.message, cause);
  return reading === null || isOurs(cause.message) ? cause : buildFileError(cause.message, reading, cause);
}

/** Statements that do not fit together are our bug, whatever file they read. */
function isOurs(text: string): boolean {
  return /^(Parser|Binder|Catalog|Internal|INTERNAL) Error/.test(text) || text.startsWith("no value for");
}

export function isOutOfMemory(error: unknown): boolean {
  return (
    error instanceof ShardliftError && error.cause instanceof Error && memoryWords.test(error.cause.message)
  );
}

/** A file that cannot be read as what it claims to be. */
export function buildFileError(text: string, path: string, cause: unknown): ShardliftError {
  return new ShardliftError(
    "data",
    {
      failed: `The file ${path} cannot be read.`,
      rule: "every row of a shard can be read with the declared types; nothing is skipped",
      received: correctLine(firstLine(text)),
      remedy: "extract the shard again; the day keeps its former generation until then",
    },
    { cause },
  );
}

/** DuckDB 1.5.5 names the line after a broken one. */
function correctLine(text: string): string {
  if (!text.includes("Malformed JSON in file")) return text;
  return text.replace(/ in line (\d+)/, (_, line: string) => ` in line ${Number(line) - 1}`);
}

export function buildScratchError(root: string, cause: unknown): ShardliftError {
  return new ShardliftError(
    "outside",
    {
      failed: `The engine cannot make a folder in ${root}.`,
      rule: "what does not fit into memory is written below `engine.spill`, or the system's temporary folder",
      received: firstLine(String(cause instanceof Error ? cause.message : cause)),
      remedy: "make room there or give the right to write, or name another folder as `engine.spill`",
    },
    { cause },
  );
}

function buildDiskError(text: string, cause: unknown): ShardliftError {
  return new ShardliftError(
    "outside",
    {
      failed: "A disk is full: the day could not be extracted.",
      rule: "the lake's disk has room for the new generation, and `engine.spill` for what does not fit into memory",
      received: firstLine(text),
      remedy:
        "free space (`shardlift repair` shows what nobody needs any more) or name another `engine.spill`, then run again",
    },
    { cause },
  );
}

function buildMemoryError(text: string, cause: unknown): ShardliftError {
  return new ShardliftError(
    "outside",
    {
      failed: "The engine's memory is too small for this day's rows.",
      rule: "`engine.memory` holds some thousand rows a thread at once; 1 GB is enough for ordinary rows",
      received: firstLine(text),
      remedy: "raise `engine.memory` or lower `engine.threads` in the environment",
    },
    { cause },
  );
}

function buildAccessError(text: string, cause: unknown): ShardliftError {
  return new ShardliftError(
    "outside",
    {
      failed: "A file cannot be opened.",
      rule: "shards are readable, and lake and spill folder are writable",
      received: firstLine(text),
      remedy: "give this user the rights on the file or folder, then run again",
    },
    { cause },
  );
}

export function firstLine(text: string): string {
  return text.split("\n", 1)[0]!;
}
