/** A change of the code that loses or doubles rows, or shows a mixture: each must be found by the schedules. */
export interface Mutant {
  name: string;
  /** What is wrong with it, for people. */
  says: string;
  /** Schedules of this profile are looked through; all where it is not set. */
  profile?: string;
  patches: readonly Patch[];
}

/** Replaces one text by another, which must be there exactly once. */
export interface Patch {
  /** From the top of the project. */
  file: string;
  find: string;
  replace: string;
}

const models = "test/simulation/models";

/** Errors that people made, or would have, in the protocols; one a mutant. */
export const mutants: readonly Mutant[] = [
  {
    name: "lost answer taken for a defeat",
    says: "the swap of the head was done, its answer was lost, and the writer deletes its own folder",
    profile: "crashes",
    patches: [
      {
        file: "src/lake/judge-swap.ts",
        find: "if (isInHistory(seen.head, manifest.generation)) return",
        replace: "if (seen.head.sequence < 0) return",
      },
    ],
  },
  {
    name: "two attempts in one folder",
    says: "a retry writes into the folder of the attempt before it",
    patches: [
      {
        file: "src/lake/generation-id.ts",
        find: 'new Date(nowMs).toISOString().replaceAll(/[-:.]/g, "")',
        replace: '"20261120T000000000Z"',
      },
      { file: "src/lake/generation-id.ts", find: "randomHex(12)", replace: '"000000000000"' },
    ],
  },
  {
    name: "catalog moved back",
    says: "a slow run points the partition at the head it read earlier, and tells the head that it is where it is",
    profile: "catalogs",
    patches: [
      {
        file: "src/tasks/point-days.ts",
        find: "if (!isSamePosition(head, pointed)) return head;\n  const { generation, sequence } = pointed;",
        replace: "if (pointed === head) return head;\n  const { generation, sequence } = head;",
      },
      {
        file: "src/tasks/point-days.ts",
        find: "if (!isSamePosition(head, target.head)) return target;",
        replace: "",
      },
    ],
  },
  {
    name: "catalog without intents",
    says: "a run that died after it moved a partition back is not noticed by the next one",
    profile: "catalogs",
    patches: [
      {
        file: "src/plan/plan-readers.ts",
        find: "return facts.head?.pointing.some(isOver)",
        replace: 'return facts.head?.pointing.every(isOver) && facts.head.day < "2000"',
      },
    ],
  },
  {
    name: "cold moved back",
    says: "a slow refresh moves the ledger to a head it read earlier",
    patches: [
      {
        file: "src/tasks/ledger-moves.ts",
        find: "return compareSequences(row?.coldSequence, row?.coldGeneration, head);",
        replace: 'return row?.coldGeneration === head.generation ? "already" : "move";',
      },
    ],
  },
  {
    name: "hot moved back",
    says: "a slow load brings hot to a head it read earlier",
    patches: [
      {
        file: "src/tasks/ledger-moves.ts",
        find: "const verdict = compareSequences(row?.hotSequence, row?.hotGeneration, head);",
        replace: 'const verdict = row?.hotGeneration === head.generation ? "already" : "move";',
      },
    ],
  },
  {
    name: "repair counts from birth",
    says: "a generation goes when `keep` has passed since it was made, not since it was swapped away",
    patches: [
      {
        file: "src/lake/transitions.ts",
        find: "entry.toMs !== null && entry.toMs <= untilMs",
        replace: "entry.toMs !== null && entry.fromMs <= untilMs",
      },
    ],
  },
  {
    name: "repair against rollback",
    says: "repair deletes what it planned to, though a rollback has made it current meanwhile",
    profile: "rollbacks",
    patches: [
      {
        file: "src/lake/apply-repair.ts",
        find: "return items.filter(({ generation }) => !isInHistory(stored.head, generation));",
        replace: 'return isInHistory(stored.head, "") ? [] : items;',
      },
    ],
  },
  {
    name: "repair without a fence",
    says: "a writer that stood still while repair deleted its generation commits it all the same",
    profile: "slow",
    patches: [
      {
        file: "src/lake/apply-repair.ts",
        find: "return isNeeded ? raiseFence(forgotten) : forgotten;",
        replace: 'return isNeeded && day < "2000" ? raiseFence(forgotten) : forgotten;',
      },
    ],
  },
  {
    name: "writer outlives keep",
    says: "an attempt that took longer than old generations are kept is committed all the same",
    profile: "slow",
    patches: [
      {
        file: "src/lake/commit.ts",
        find: "if (ageMs < keepMs / 2) return nowMs;",
        replace: "if (ageMs >= 0) return nowMs;",
      },
    ],
  },
  {
    name: "load metadata trusted",
    says: "COPY skips what the warehouse says was loaded before",
    profile: "rollbacks",
    patches: [
      {
        file: `${models}/warehouse-copy.ts`,
        find: "export const copyOptions = { force: true };",
        replace: "export const copyOptions = { force: false };",
      },
    ],
  },
  {
    name: "COPY reissued",
    says: "a COPY that was given up is sent again in the same transaction",
    profile: "warehouses",
    patches: [
      {
        file: "src/tasks/load-transaction.ts",
        find: "await forDay(target.day, () => transaction.copy(buildGenerationFiles(target)));",
        replace:
          "await forDay(target.day, () => transaction.copy(buildGenerationFiles(target)).catch(() => transaction.copy(buildGenerationFiles(target))));",
      },
    ],
  },
  {
    name: "ledger rows before the lock",
    says: "the ledger's rows are made before the lock is held",
    patches: [
      {
        file: "src/tasks/load-transaction.ts",
        find: "  await transaction.lock();\n",
        replace:
          "  const unlocked = targets.filter((target) => !before.has(target.day));\n  await moveLedger(transaction, unlocked, before, policy, nowMs);\n  await transaction.lock();\n",
      },
    ],
  },
  {
    name: "decision before the lock",
    says: "what the ledger said before the lock was held decides",
    patches: [
      {
        file: "src/tasks/load-transaction.ts",
        find: "const ledger = indexByDay(await transaction.readLedger(days));\n  const verdicts",
        replace: "const ledger = before;\n  const verdicts",
      },
    ],
  },
  {
    name: "load without the overtaken check",
    says: "rows that another run brought meanwhile stay beside our own",
    patches: [
      {
        file: "src/tasks/load-transaction.ts",
        find: "if (overtaken !== undefined) throw",
        replace: 'if (overtaken !== undefined && overtaken.day < "2000") throw',
      },
    ],
  },
  {
    name: "prune without a second look",
    says: "prune deletes what it judged before it held the lock",
    profile: "cold",
    patches: [
      {
        file: "src/tasks/prune.ts",
        find: "  await transaction.lock();\n  const [row] = await transaction.readLedger([day]);\n  const head = await ports.readHead(day);\n",
        replace:
          "  const [row] = await transaction.readLedger([day]);\n  const head = await ports.readHead(day);\n  await transaction.lock();\n",
      },
    ],
  },
  {
    name: "all days by clock",
    says: "`<table>_all` shows hot or cold by the day's age, not by the ledger",
    patches: [
      {
        file: `${models}/views.ts`,
        find: "if (named.sequence === null) return showCold(state, lake, day);",
        replace: 'if (day < "2026-11-19") return showCold(state, lake, day);',
      },
    ],
  },
  {
    name: "sequence restarts",
    says: "after a head was lost its sequence begins at one again",
    profile: "operators",
    patches: [
      {
        file: "src/lake/transitions.ts",
        find: "const sequence = Math.max((previous?.sequence ?? 0) + 1, nowMs);",
        replace: "const sequence = (previous?.sequence ?? 0) + 1;",
      },
    ],
  },
  {
    name: "rules missing from the run key",
    says: "a run that works by other rules is joined",
    patches: [
      {
        file: "src/runs/keys.ts",
        find: "return hash({ specFormat: 1, scriptDigest, day });",
        replace:
          "return hash({ specFormat: 1, scriptDigest, day: day.day, version: { ...day.shard.version } });",
      },
    ],
  },
  {
    name: "falls back to intraday",
    says: "an intraday shard replaces the daily one that has gone",
    patches: [
      {
        file: "src/plan/read-state.ts",
        find: "return version === null || rankShardKind(version.kind) < rankShardKind(head.source.kind);",
        replace: "return version === null;",
      },
      {
        file: "src/tasks/extract-attempt.ts",
        find: "if (rankShardKind(version.kind) < rankShardKind(head.source.kind)) {",
        replace: "if (rankShardKind(version.kind) < 0) {",
      },
    ],
  },
  {
    name: "no non-null counts",
    says: "a column that arrived empty is not noticed: rows and checksum are right",
    profile: "warehouses",
    patches: [
      {
        file: "src/tasks/find-imbalance.ts",
        find: "return [...differences, ...compareNonNull(manifest.nonNull, found?.nonNull ?? {})];",
        replace: "return differences;",
      },
    ],
  },
  {
    name: "reconcile is blind",
    says: "what somebody deleted is not named by reconcile",
    profile: "operators",
    patches: [
      {
        file: "src/plan/reconcile-day.ts",
        find: "rows: {\n      source: version?.rows",
        replace:
          "...(differences.length > 99 ? {} : { hidden: differences.splice(0) }),\n    rows: {\n      source: version?.rows",
      },
    ],
  },
  {
    name: "source not looked at again",
    says: "a shard that changed while it was read is committed as it was half read",
    patches: [
      {
        file: "src/lake/commit.ts",
        find: 'return same ? null : { outcome: "source-moved", found };',
        replace: 'return same || found !== undefined ? null : { outcome: "source-moved", found };',
      },
    ],
  },
  {
    name: "held day swapped",
    says: "an extract swaps the head of a day that a rollback holds",
    profile: "rollbacks",
    patches: [
      {
        file: "src/lake/judge-swap.ts",
        find: 'if (seen.head.hold) return { outcome: "held", head: seen.head };',
        replace: "",
      },
      {
        file: "src/lake/transitions.ts",
        find: "if (previous?.hold) throw buildHeldError(previous);",
        replace: "",
      },
    ],
  },
];
