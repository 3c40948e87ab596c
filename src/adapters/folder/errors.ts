import { ShardliftError } from "../../errors.ts";

interface Meaning {
  code: "outside" | "config";
  rule: string;
  remedy: string;
  retryable: boolean;
}

const notWritable: Meaning = {
  code: "outside",
  rule: "Shardlift must be able to write in the lake's folder and everything below it.",
  remedy: "Give this user the right to write there, or name another folder under `lake` in the environment.",
  retryable: false,
};
const diskFull: Meaning = {
  code: "outside",
  rule: "The disk under the lake must have room for the object.",
  remedy: "Free some space (`shardlift repair` shows what nobody needs any more) and run it again.",
  retryable: false,
};
const tooManyFiles: Meaning = {
  code: "outside",
  rule: "The process must be allowed to open another file.",
  remedy: "Run it again; if it stays, raise the limit of open files (`ulimit -n`).",
  retryable: true,
};
const notAFolder: Meaning = {
  code: "config",
  rule: "The lake, and everything in it that holds objects, is a folder.",
  remedy: "Move the file that is in its place, or name another folder under `lake` in the environment.",
  retryable: false,
};

/** What the operating system's codes mean for a lake. */
const meanings: Record<string, Meaning> = {
  EACCES: notWritable,
  EPERM: notWritable,
  EROFS: { ...notWritable, rule: "The file system under the lake must be mounted for writing." },
  ENOSPC: diskFull,
  EDQUOT: {
    ...diskFull,
    rule: "This user's quota on the disk under the lake must have room for the object.",
  },
  EMFILE: tooManyFiles,
  ENFILE: tooManyFiles,
  ENOTDIR: notAFolder,
  EISDIR: notAFolder,
  EEXIST: notAFolder,
};

const unknownMeaning: Meaning = {
  code: "outside",
  rule: "The file system under the lake must answer.",
  remedy: "Look at the disk and its mount; run it again once it answers.",
  retryable: true,
};

/**
 * Runs file system work; what it rejects with becomes a `ShardliftError` that keeps the cause.
 * @param doing what was tried, for the message: `write web-shop/…`
 */
export async function guardFiles<T>(root: string, doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ShardliftError ? error : buildFolderError(root, doing, error);
  }
}

export function buildFolderError(root: string, doing: string, error: unknown): ShardliftError {
  const meaning = meanings[(error as NodeJS.ErrnoException).code ?? ""] ?? unknownMeaning;
  const { code, rule, remedy, retryable } = meaning;
  const received = error instanceof Error ? error.message : String(error);
  const parts = { failed: `The lake in the folder ${root} could not ${doing}.`, rule, received, remedy };
  return new ShardliftError(code, parts, { retryable, cause: error });
}

export function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}
