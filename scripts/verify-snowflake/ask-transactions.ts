import { mergeLedgerRows, readLedgerRows } from "../../src/adapters/snowflake/ledger.ts";
import type { Session } from "../../src/adapters/snowflake/session.ts";
import { literalText, renderSnowflakeSql } from "../../src/adapters/snowflake/sql.ts";
import type { Day } from "../../src/days/day.ts";
import type { LedgerRow } from "../../src/ports.ts";
import { fragment, identifier } from "../../src/sql/render.ts";
import type { Bench } from "./bench.ts";
import type { Question } from "./question.ts";
import { renderVerifySql } from "./render-verify-sql.ts";
import {
  begin,
  clearHot,
  commit,
  countHot,
  mark,
  readMark,
  readOutcome,
  readTransaction,
  renderCopy,
  rollback,
} from "./say.ts";

/** Waits for a lock end so soon, s. */
const soon = { LOCK_TIMEOUT: 2 };
const patient = { LOCK_TIMEOUT: 30 };

const abort = async (bench: Bench, session: Session) => {
  const id = await readTransaction(session);
  await bench.session.run(renderVerifySql("abort-transaction", { id: fragment(id ?? "0") }));
};

const ledgerRow = (day: string, generation: string): LedgerRow => ({
  day: day as Day,
  hotGeneration: generation,
  coldGeneration: null,
  hotSequence: 1,
  coldSequence: null,
  shardKind: "daily",
  finalAtMs: null,
  rows: 1,
  duplicates: 0,
  filtered: 0,
  checksum: "0",
  loadedAtMs: 1,
});

export const transactionQuestions: readonly Question[] = [
  {
    about: "CURRENT_TRANSACTION: none without BEGIN, one and the same until the end, DESCRIBE TABLE included",
    assumed: ["none, the same"],
    ask: (bench) =>
      bench.withSessions([{}], async ([own]) => {
        const before = await readTransaction(own!);
        await begin(own!);
        const first = await readTransaction(own!);
        await mark(bench, own!, "described");
        await own!.run(renderSnowflakeSql("describe-table", { table: bench.names.hot }));
        const second = await readTransaction(own!);
        await rollback(own!);
        return `${before ?? "none"}, ${first !== null && first === second ? "the same" : `${first}, then ${second}`}`;
      }),
  },
  {
    about: "DESCRIBE TABLE commits nothing",
    assumed: ["rolled back"],
    ask: async (bench) => ((await readMark(bench)) === "described" ? "committed" : "rolled back"),
  },
  {
    about: "BEGIN inside of a transaction is ignored",
    assumed: ["ignored"],
    ask: (bench) =>
      bench.withSessions([{}], async ([own]) => {
        await begin(own!);
        await mark(bench, own!, "begun twice");
        await begin(own!);
        await rollback(own!);
        return (await readMark(bench)) === "begun twice" ? "it committed the first" : "ignored";
      }),
  },
  {
    about: "COMMIT without a transaction does nothing",
    assumed: ["done"],
    ask: (bench) => bench.withSessions([{}], ([own]) => readOutcome(commit(own!))),
  },
  {
    about: "with AUTOCOMMIT off nothing lasts before COMMIT",
    assumed: ["gone with the session"],
    ask: async (bench) => {
      await bench.withSessions([{ AUTOCOMMIT: false }], ([own]) => mark(bench, own!, "never committed"));
      return (await readMark(bench)) === "never committed" ? "committed" : "gone with the session";
    },
  },
  {
    about: "an UPDATE of the lock row makes another one wait until LOCK_TIMEOUT (000625)",
    assumed: ["000625"],
    ask: (bench) =>
      bench.withSessions([{}, soon], async ([holder, waiter]) => {
        await begin(holder!);
        await mark(bench, holder!, "held");
        const outcome = await readOutcome(mark(bench, waiter!, "waited"));
        await rollback(holder!);
        return outcome;
      }),
  },
  {
    about: "what a MERGE sees that waited for another one",
    assumed: ["after its wait", "before its wait"],
    ask: (bench) =>
      bench.withSessions([{}, patient], async ([holder, waiter]) => {
        const day = "2026-10-01" as Day;
        await begin(holder!);
        await mergeLedgerRows(holder!, bench.names, [ledgerRow(day, "one")]);
        const waiting = mergeLedgerRows(waiter!, bench.names, [ledgerRow(day, "two")]);
        await bench.options.clock.sleep(1_500, bench.options.signal);
        await commit(holder!);
        await waiting;
        const rows = await readLedgerRows(bench.session, bench.names, [day]);
        return rows.length === 1 ? "after its wait" : `before its wait`;
      }),
  },
  {
    about: "two that wait for each other: the one that closes the circle is refused",
    assumed: ["000625"],
    ask: (bench) =>
      bench.withSessions([patient, patient], async ([one, two]) => {
        const rows = [ledgerRow("2026-10-02", "one")];
        for (const session of [one!, two!]) await begin(session);
        await mark(bench, one!, "one");
        await mergeLedgerRows(two!, bench.names, rows);
        const waiting = readOutcome(mergeLedgerRows(one!, bench.names, rows));
        await bench.options.clock.sleep(1_500, bench.options.signal);
        const outcome = await readOutcome(mark(bench, two!, "two"));
        await rollback(two!);
        const other = await waiting;
        await rollback(one!);
        return outcome === "done" ? other : outcome;
      }),
  },
  {
    about: "COPY passes by a DELETE that is not committed",
    assumed: ["done"],
    ask: (bench) =>
      bench.withSessions([{}, soon], async ([holder, other]) => {
        await begin(holder!);
        await holder!.run(renderSnowflakeSql("delete-hot-all", { hot: bench.names.hot }), {
          binds: [bench.probes.next.day],
        });
        const outcome = await readOutcome(other!.run(renderCopy(bench, "copy", bench.probes.next)));
        await rollback(holder!);
        await clearHot(bench);
        return outcome;
      }),
  },
  {
    about: "what the next statement meets after a transaction was ended from outside",
    assumed: ["000615", "it runs in autocommit"],
    ask: (bench) =>
      bench.withSessions([{}], async ([own]) => {
        await begin(own!);
        await mark(bench, own!, "ended");
        await abort(bench, own!);
        const outcome = await readOutcome(mark(bench, own!, "after the end"));
        const isThere = (await readMark(bench)) === "after the end";
        await rollback(own!);
        return outcome === "done" ? (isThere ? "it runs in autocommit" : "it begins a transaction") : outcome;
      }),
  },
  {
    about: "what COMMIT says of a transaction that was ended from outside",
    assumed: ["000615", "done"],
    ask: (bench) =>
      bench.withSessions([{}], async ([own]) => {
        await begin(own!);
        await mark(bench, own!, "ended before commit");
        await abort(bench, own!);
        const outcome = await readOutcome(commit(own!));
        return (await readMark(bench)) === "ended before commit" ? "it was committed all the same" : outcome;
      }),
  },
  {
    about: "RENAME COLUMN while another transaction has uncommitted rows neither waits, fails, nor ends it",
    assumed: ["done; rows are kept"],
    ask: (bench) =>
      bench.withSessions([{}, soon], async ([loader, other]) => {
        const { hot } = bench.names;
        const rename = (from: string, to: string) =>
          other!.run(
            renderSnowflakeSql("rename-column", { hot, column: identifier(from), name: identifier(to) }),
          );
        await begin(loader!);
        await loader!.run(renderCopy(bench, "copy", bench.probes.next));
        const outcome = await readOutcome(rename("SCORE", "SCORE__NARROW"));
        const committed = await readOutcome(commit(loader!));
        if (outcome === "done") await rename("SCORE__NARROW", "SCORE");
        const rows = await countHot(bench, bench.probes.next);
        await clearHot(bench);
        if (committed !== "done") return `${outcome}; COMMIT: ${committed}`;
        return `${outcome}; rows are ${rows === 1 ? "kept" : "lost"}`;
      }),
  },
  {
    about: "REFRESH commits the open transaction, as DDL does",
    assumed: ["committed"],
    ask: (bench) =>
      bench.withSessions([{}], async ([own]) => {
        await begin(own!);
        await mark(bench, own!, "refreshed");
        const path = literalText("_verify/nothing/");
        await own!.run(renderSnowflakeSql("refresh-files", { files: bench.names.files, path }));
        await rollback(own!);
        return (await readMark(bench)) === "refreshed" ? "committed" : "rolled back";
      }),
  },
];
