import { join } from "node:path";
import { ShardliftError } from "../../errors.ts";
import type { DayExtract, GenerationReport, RowBalance } from "../../ports.ts";
import { duckdbVersion } from "../../sql/build-recipe.ts";
import { join as joinFragments, literal, type SqlFragment } from "../../sql/render.ts";
import { sql } from "../../sql/template.ts";
import { type Database, openDatabase } from "./database.ts";
import type { Attempt } from "./engine-attempt.ts";
import { chooseCut } from "./engine-cut.ts";
import { bindHashKey } from "./engine-hash-key.ts";
import { chooseMemory } from "./engine-memory.ts";
import { readNonNull } from "./engine-non-null.ts";
import { openRecipeSession, type RecipeSession } from "./engine-session.ts";
import { type Counts, sortRows } from "./engine-sort.ts";
import { blameFile, openSource, type SourceFiles } from "./engine-source.ts";
import { type Cut, oneFile, type WrittenFile, writeRows } from "./engine-write.ts";

/** Executes the day's recipe: the order of its statements is docs/recipe.md's. */
export async function extractDay(attempt: Attempt): Promise<GenerationReport> {
  const { extract, options, context, scratch, threads } = attempt;
  const database = await openDatabase({
    memoryBytes: chooseMemory(options.memoryBytes),
    threads,
    spill: join(scratch, "spill"),
  });
  // What DuckDB has freed its allocator keeps for later, up to a third of the process: given back early instead.
  await database.run("SET allocator_flush_threshold = '1MB'");
  await database.run("SET allocator_bulk_deallocation_flush_threshold = '16MB'");
  // DuckDB knows how far a statement is only where it believes that it shows a bar.
  await database.run("SET enable_progress_bar_print = false");
  await database.run("SET enable_progress_bar = true");
  const { recipe, deadlineMs } = extract;
  const nowMs = options.clock.now();
  const session = openRecipeSession({ database, recipe, signal: context.signal, nowMs, deadlineMs });
  try {
    await session.run("setup");
    if (recipe.needsHashKey) await bindHashKey(database, await options.readHashKey());
    return await runRecipe(attempt, database, session);
  } finally {
    session.end();
    database.close();
  }
}

async function runRecipe(
  attempt: Attempt,
  database: Database,
  session: RecipeSession,
): Promise<GenerationReport> {
  const { extract } = attempt;
  const source = await openSource(session, extract, attempt.scratch);
  try {
    return await writeGeneration(attempt, database, session, source);
  } catch (error) {
    throw await blameFile(session, source.paths, error);
  }
}

async function writeGeneration(
  attempt: Attempt,
  database: Database,
  session: RecipeSession,
  { bytes, paths: sourcePaths }: SourceFiles,
): Promise<GenerationReport> {
  const { extract, generation } = attempt;
  const counts = await sortRows(attempt, session);
  const cut = await chooseCut(session, attempt.scratch, attempt.options.fileBytes, {
    rows: counts.passed,
    bytes,
    paths: sourcePaths,
  });
  const progress = reportRows(attempt, database, counts.passed);
  const threads = cut.bytesPerFile === null ? attempt.threads : 1;
  await database.run(`SET threads = ${threads}`);
  const files = await writeDay(attempt, session, cut, counts).finally(progress.stop);
  await database.run(`SET threads = ${attempt.threads}`);
  progress.tell(1);
  const removed = counts.hasSettled ? await writeRemoved(attempt, session) : [];
  const paths = { files: renderPaths(files.map(({ path }) => path)) };
  const [report] = await session.run("report", paths);
  const balance = buildBalance(counts, files);
  checkBalance(extract, balance, Number(report?.rows));
  return {
    generation,
    files: files.map(({ key, bytes, rows }) => ({ key, bytes, rows })),
    duplicatesFiles: removed.map(({ key, bytes, rows }) => ({ key, bytes, rows })),
    balance,
    checksum: String(report?.checksum),
    nonNull: await readNonNull(session, extract.recipe.columns, files, paths),
    columns: extract.recipe.columns,
    engine: { name: "duckdb", version: duckdbVersion },
    startedAtMs: null,
  };
}

async function writeDay(
  attempt: Attempt,
  session: RecipeSession,
  cut: Cut,
  { hasSettled }: Counts,
): Promise<WrittenFile[]> {
  const { options, scratch, generation, extract } = attempt;
  const { prefix } = extract;
  return writeRows(
    { session, store: options.store, scratch, prefix, generation },
    hasSettled ? "write" : "write_clean",
    cut,
  );
}

async function writeRemoved(attempt: Attempt, session: RecipeSession): Promise<WrittenFile[]> {
  const { options, scratch, generation, extract } = attempt;
  const { duplicatesPrefix: prefix, recipe } = extract;
  if (prefix === null || recipe.statements.write_removed.length === 0) return [];
  const input = { session, store: options.store, scratch, prefix, generation };
  return writeRows(input, "write_removed", oneFile);
}

function buildBalance(counts: Counts, files: readonly WrittenFile[]): RowBalance {
  return {
    source: counts.source,
    written: files.reduce((sum, file) => sum + file.rows, 0),
    duplicates: { exact: counts.exact, conflicting: counts.conflicting },
    filtered: counts.source - counts.passed,
  };
}

/** Every row is accounted for, and what was written can be read back. */
function checkBalance({ day }: DayExtract, balance: RowBalance, readBack: number): void {
  const { source, written, duplicates, filtered } = balance;
  const accounted = written + duplicates.exact + duplicates.conflicting + filtered;
  if (source === accounted && written === readBack) return;
  throw new ShardliftError("balance", {
    failed: `The rows of ${day} do not balance.`,
    rule: "source rows = rows written + duplicates + filtered",
    received: `${source} read, ${JSON.stringify(balance)}, ${readBack} read back`,
    remedy:
      "this is a fault of the engine: keep the shard and report it; the day keeps its former generation",
  });
}

/** Tells about rows while they are written; DuckDB knows a share only. */
function reportRows({ extract, context }: Attempt, database: Database, rows: number) {
  const { day, family, shard } = extract;
  const bytes = shard.parts.reduce((sum, part) => sum + part.bytes, 0);
  const tell = (share: number) =>
    context.onRows(day, family, Math.round(rows * share), Math.round(bytes * share));
  const timer = setInterval(() => {
    const { percentage } = database.connection.progress;
    if (percentage > 0) tell(Math.min(percentage / 100, 1));
  }, 200);
  return { tell, stop: () => clearInterval(timer) };
}

function renderPaths(paths: readonly string[]): SqlFragment {
  return sql`[${joinFragments(paths.map((path) => literal(path)))}]`;
}
