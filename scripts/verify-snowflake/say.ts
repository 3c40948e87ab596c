import { readCause } from "../../src/adapters/snowflake/errors.ts";
import { foldName } from "../../src/adapters/snowflake/names.ts";
import { renderStagePath } from "../../src/adapters/snowflake/paths.ts";
import type { Session } from "../../src/adapters/snowflake/session.ts";
import { literalText, renderSnowflakeSql } from "../../src/adapters/snowflake/sql.ts";
import type { Row } from "../../src/adapters/snowflake/statement.ts";
import { fragment, identifier, join } from "../../src/sql/render.ts";
import type { Bench } from "./bench.ts";
import { type Probe, probeDays } from "./probe-files.ts";
import { renderVerifySql } from "./render-verify-sql.ts";

/** Snowflake's code where the work is refused, else `done`. Anything without a code is no answer to a question. */
export async function readOutcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "done";
  } catch (error) {
    const code = readCause(error);
    if (code === null) throw error;
    return code;
  }
}

export const begin = (session: Session) => session.run(renderSnowflakeSql("begin"));
export const commit = (session: Session) => session.run(renderSnowflakeSql("commit"));
export const rollback = (session: Session) => session.run(renderSnowflakeSql("rollback"));

/** Writes a mark into the lock row; locks it. */
export function mark({ names }: Bench, session: Session, text: string): Promise<Row[]> {
  return session.run(renderSnowflakeSql("take-lock", { lock: names.lock, transaction: literalText(text) }));
}

/** The mark that was committed last. */
export async function readMark({ names, session }: Bench): Promise<string | null> {
  const [row] = await session.run(renderSnowflakeSql("read-lock", { lock: names.lock }));
  return row?.LOCKED_BY ?? null;
}

export async function readTransaction(session: Session): Promise<string | null> {
  const [row] = await session.run(renderSnowflakeSql("current-transaction"));
  return row?.TRANSACTION ?? null;
}

const copied = ["_day", "_generation", "event_id"] as const;
const types = { _day: "DATE", _generation: "VARCHAR", event_id: "VARCHAR" };

/** COPY of some columns: as Shardlift says it (`copy`), or without FORCE (`copy-known`). */
export function renderCopy(
  { names, options }: Bench,
  how: "copy" | "copy-known",
  probe: Pick<Probe, "files">,
  fileNames = probe.files.map(({ key }) => key.slice(key.lastIndexOf("/") + 1)),
): string {
  const { key } = probe.files[0]!;
  const render = how === "copy" ? renderSnowflakeSql : renderVerifySql;
  return render(how, {
    hot: names.hot,
    names: join(copied.map((name) => identifier(foldName(name)))),
    values: join(copied.map((name) => fragment(`$1:${identifier(name).sql}::${types[name]}`))),
    stage: renderStagePath(options.config.stage, key.slice(0, key.lastIndexOf("/") + 1)),
    files: join(fileNames.map(literalText)),
  });
}

/** Rows of the hot table, all generations of a day together. */
export async function countHot({ warehouse, table }: Bench, { day }: Pick<Probe, "day">): Promise<number> {
  const measures = await warehouse.measureHot(table, { first: day, last: day });
  return measures.reduce((sum, { rows }) => sum + rows, 0);
}

/** Takes all rows of the hot table away, whoever left them. */
export async function clearHot({ names, session }: Bench): Promise<void> {
  for (const day of probeDays)
    await session.run(renderSnowflakeSql("delete-hot-all", { hot: names.hot }), { binds: [day] });
}
