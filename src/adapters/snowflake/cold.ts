import { ShardliftError } from "../../errors.ts";
import type { GenerationFiles } from "../../ports.ts";
import { fragment, join } from "../../sql/render.ts";
import { isMissingObject } from "./errors.ts";
import { findCold } from "./ledger.ts";
import type { Relations } from "./names.ts";
import { checkPath, findFolder, splitNames } from "./paths.ts";
import type { Session } from "./session.ts";
import { literalText, type NamedGeneration, renderSnowflakeSql } from "./sql.ts";

/** Registers folders, one statement each: the inventory has then what each folder had when it was looked at. */
export async function registerFolders(
  session: Session,
  { files }: Relations,
  generations: readonly GenerationFiles[],
): Promise<void> {
  const folders = generations.map((generation) => ({ ...findFolder(generation), ...generation }));
  for (const { prefix, day, generation } of folders) {
    const failed = `The generation ${generation} of ${day} cannot be registered in ${files.sql}.`;
    const sql = renderSnowflakeSql("refresh-files", { files, path: literalText(prefix) });
    const answer = await session.run(sql, { pace: "long", failed });
    // What is skipped has not changed since it was registered; were it otherwise, the count of cold would tell.
    const refused = answer.find((row) => (row.status ?? "").endsWith("FAILED"));
    if (refused !== undefined) throw buildRefreshError(failed, refused.file ?? "", refused.status ?? "");
  }
}

/**
 * Takes folders out of the inventory; the ledger is asked first.
 * @throws ShardliftError `data` where it still calls one of them cold
 */
export async function unregisterFolders(
  session: Session,
  names: Relations,
  generations: readonly NamedGeneration[],
): Promise<void> {
  if (generations.length === 0) return;
  try {
    refuseCold(await findCold(session, names, generations));
  } catch (error) {
    if (isMissingObject(error)) return;
    throw error;
  }
  const failed = `Folders cannot be taken out of ${names.files.sql}.`;
  const paths = await listRegistered(session, names, generations, failed);
  // As many at once as COPY takes; what REMOVE FILES takes is not documented.
  for (const part of splitNames(paths)) {
    const places = { files: names.files, paths: join(part.map(literalText)) };
    await session.run(renderSnowflakeSql("remove-files", places), { pace: "long", failed });
  }
}

/** Paths relative to the stage, of which the inventory may name more: the lake's keys have five parts. */
async function listRegistered(
  session: Session,
  { database, files }: Relations,
  generations: readonly NamedGeneration[],
  failed: string,
): Promise<string[]> {
  const contains = generations.map(({ day, generation }) =>
    fragment(`CONTAINS(FILE_NAME, ${literalText(`/day=${day}/generation=${generation}/`).sql})`),
  );
  const places = { database, table: literalText(files.sql), condition: join(contains, " OR ") };
  const rows = await session.run(renderSnowflakeSql("list-files", places), { pace: "long", failed });
  return rows.map((row) => checkPath((row.FILE_NAME ?? "").split("/").slice(-5).join("/")));
}

function refuseCold(cold: { day: string; generation: string } | null): void {
  if (cold === null) return;
  throw new ShardliftError("data", {
    failed: `The generation ${cold.generation} of ${cold.day} cannot be unregistered.`,
    rule: "what the ledger calls cold stays registered",
    remedy: "refresh the day first, so that cold has passed this generation",
  });
}

function buildRefreshError(failed: string, file: string, status: string): ShardliftError {
  const parts = {
    failed,
    rule: "REFRESH registers every file of the folder",
    received: `${file}: ${status}`,
    remedy: "run refresh again; look whether the file's name and the stage fit",
  };
  return new ShardliftError("outside", parts, { retryable: true });
}
