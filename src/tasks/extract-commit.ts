import { commitGeneration } from "../lake/commit.ts";
import { buildLostRaceError, type CommitOutcome } from "../lake/commit-outcome.ts";
import { buildHeldError } from "../lake/transitions.ts";
import { withdrawGeneration } from "../lake/withdraw-generation.ts";
import { formatCount } from "../plan/format.ts";
import type { GenerationReport } from "../ports.ts";
import { hashRules } from "../sql/hash-rules.ts";
import { type Attempt, buildAlready, type Ended, findSettled } from "./extract-attempt.ts";
import { checkFiltered, checkShrunk } from "./extract-guards.ts";
import { buildDone } from "./output.ts";
import { pauseAfter } from "./retry.ts";
import { buildRules } from "./rules.ts";

/** Commits what the engine wrote of one day; throws where a guard or another run stands against it. */
export async function commitReport(attempt: Attempt, report: GenerationReport): Promise<Ended> {
  const { context, planned, before, shard, recipe, startedAtMs } = attempt;
  const { pipeline, environment, ports } = context;
  const { family, day } = planned;
  await refuseShrunk(attempt, report);
  const { table, kind } = shard.version;
  const outcome = await commitGeneration({
    store: ports.store,
    pipeline: pipeline.name,
    family: family.family,
    day,
    before,
    report,
    source: shard.version,
    rulesDigest: recipe.rulesDigest,
    formula: recipe.formula,
    recheckSource: () => ports.source.readVersion(pipeline.property.dataset, table, kind, shard.version),
    countRows: null,
    startedAtMs,
    keepMs: environment.keepMs,
    toBeLoaded: planned.hot,
    pause: pauseAfter({ policy: environment.retry, clock: ports.clock, signal: context.signal }),
  });
  return readOutcome(attempt, outcome);
}

function readOutcome({ context, planned, shard }: Attempt, outcome: CommitOutcome): Ended {
  switch (outcome.outcome) {
    case "committed": {
      const { balance } = outcome.manifest;
      const duplicates = balance.duplicates.exact + balance.duplicates.conflicting;
      const reason = `${formatCount(balance.source)} read, ${formatCount(balance.written)} written, ${formatCount(duplicates)} duplicates, ${formatCount(balance.filtered)} filtered`;
      return buildDone("extract", planned, reason, balance.written);
    }
    case "source-moved":
      return "moved";
    case "held":
      throw buildHeldError(outcome.head);
    case "lost": {
      const settled = findSettled(outcome.winner, shard.version, hashRules(buildRules(context, planned)));
      if (settled !== null) return buildAlready(planned, settled);
      throw buildLostRaceError(planned.day, outcome.winner);
    }
    default:
      return outcome satisfies never;
  }
}

/** Sources that cannot count without reading are judged by what was read; the rows go, the former ones stay. */
async function refuseShrunk({ context, planned, before }: Attempt, report: GenerationReport): Promise<void> {
  try {
    checkShrunk(context, before, report.balance.source, planned);
    checkFiltered(context, before, report.balance.written, planned);
  } catch (error) {
    const { pipeline, ports } = context;
    await withdrawGeneration(ports.store, pipeline.name, planned.family.family, planned.day, report);
    throw error;
  }
}
