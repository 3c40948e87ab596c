import { z } from "zod";
import { ShardliftError } from "../errors.ts";

/** What the lake's own JSON objects are called in messages. */
export type ObjectKind =
  | "head"
  | "manifest"
  | "schema"
  | "list of outdated days"
  | "run spec"
  | "run report"
  | "run progress"
  | "script index"
  | "list of deployed files";

const versioned = z.looseObject({ formatVersion: z.int().positive() });

/**
 * Parses one of the lake's own JSON objects: first its format version, then strictly all of it.
 * Throws code `data` for what is no such object, and `refused` for one that a newer release wrote.
 * @param key where it was read, for the message
 */
export function parseObject<T>(
  kind: ObjectKind,
  key: string,
  body: Uint8Array,
  knownVersion: number,
  schema: z.ZodType<T>,
): T {
  const json = parseJson(kind, key, body);
  const { success, data } = versioned.safeParse(json);
  if (success && data.formatVersion > knownVersion)
    throw buildNewerError(kind, key, data.formatVersion, knownVersion);
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw buildBrokenError(kind, key, renderIssues(parsed.error));
  return parsed.data;
}

function parseJson(kind: ObjectKind, key: string, body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    throw buildBrokenError(kind, key, error instanceof Error ? error.message : String(error));
  }
}

function renderIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join(".") || "the whole"}: ${issue.message}`).join("; ");
}

function buildNewerError(kind: ObjectKind, key: string, found: number, known: number): ShardliftError {
  return new ShardliftError("refused", {
    failed: `The ${kind} ${key} was written by a newer Shardlift.`,
    rule: `This release reads ${kind}s up to format version ${known} and leaves newer ones alone.`,
    received: `format version ${found}`,
    remedy: `Upgrade to a release that reads ${kind}s of format version ${found}: \`npm install shardlift@latest\`.`,
  });
}

/** What is stored under the key is not what belongs there. */
export function buildBrokenError(kind: ObjectKind, key: string, found: string): ShardliftError {
  const remedies: Record<ObjectKind, string> = {
    head: "Restore the object from the bucket's or disk's backup; or move it away, then `shardlift backfill --days` makes the day anew.",
    manifest:
      "Restore the object from the bucket's or disk's backup, or run `shardlift backfill --days` for its day.",
    schema:
      "Restore the object from the bucket's or disk's backup, or delete it: the next run makes it anew.",
    "list of outdated days": "Delete it: the next run makes it anew.",
    "run spec":
      "Find out who writes into `_runs/`, remove it and run again: a run that reads it cannot be trusted.",
    "run report": "Run the day again; if it stays, report it: the engine's script does not fit this release.",
    "run progress": "Nothing needs to be done: progress decides nothing.",
    "list of deployed files":
      "Remove it and run `shardlift deploy` again: it takes files that are as it would put them for its own, and names the others.",
    "script index": "Find out who writes into `_scripts/`, remove it and run `shardlift push-script` again.",
  };
  return new ShardliftError("data", {
    failed: `The ${kind} ${key} cannot be read.`,
    rule: `A ${kind} is JSON that Shardlift wrote; nothing else may write there.`,
    received: found,
    remedy: remedies[kind],
  });
}
