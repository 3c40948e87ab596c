import { type ErrorParts, ShardliftError } from "../errors.ts";
import type { JobRun, RunExplanation } from "../ports.ts";

/** A run that was still alive when its days had to end. */
export function buildLateRunError(id: string, location: string): ShardliftError {
  return buildRetryable({
    failed: `The extract took too long and its run ${id} was stopped.`,
    rule: "an attempt ends after half of `keep`, so that repair never removes what is still being written",
    received: `${location}, run ${id}`,
    remedy: "raise `keep`, or give the engine more workers or fewer days a run",
  });
}

/** A day whose deadline came before a run of it could be started. */
export function buildUnstartedError(location: string, refusals: number): ShardliftError {
  return buildRetryable({
    failed: "No run could be started before the attempt had to end.",
    rule: "an attempt ends after half of `keep`; until then it waits for other runs to make room",
    received:
      refusals > 0 ? `${location} had as many runs as it may, ${refusals} times in a row` : `${location}`,
    remedy: "allow more runs at once, or look for runs that hang",
  });
}

/** Several starts without an answer, and no run to be seen after any of them. */
export function buildUnansweredError(location: string, starts: number, cause: unknown): ShardliftError {
  return buildRetryable(
    {
      failed: `No run could be started: ${starts} starts were not answered, and no run of these days is to be seen.`,
      rule: "a start without an answer is repeated only after the list of runs has been looked through",
      received: `${location}: ${cause instanceof Error ? cause.message : String(cause)}`,
      remedy: "run again later; a run that begins late all the same is joined then",
    },
    cause,
  );
}

export function buildLostRunError(id: string, location: string): ShardliftError {
  return buildRetryable({
    failed: `The run ${id} is lost: the job service does not know it any more.`,
    rule: "what a run wrote counts only once it is known to have ended",
    received: location,
    remedy: "run again: another run takes its days; what the lost one wrote is taken by `shardlift repair`",
  });
}

/** The service stopped answering for longer than anybody should wait. */
export function buildUnreadableRunError(id: string, location: string, cause: unknown): ShardliftError {
  return buildRetryable(
    {
      failed: `The state of the run ${id} could not be read, many times in a row.`,
      rule: "what a run wrote counts only once it is known to have ended",
      received: `${location}: ${cause instanceof Error ? cause.message : String(cause)}`,
      remedy: "run again when the job service answers: a run that is still alive is joined",
    },
    cause,
  );
}

/** A run that ended and left no report of a day. */
export function buildNoReportError(
  run: JobRun,
  location: string,
  explanation: RunExplanation | null,
): ShardliftError {
  return new ShardliftError(
    "outside",
    {
      failed: `The run ${run.id} ${verbs[run.state]} before it had finished this day.`,
      rule: "a day counts as written where its run has ended and left a report of it",
      received: [`${location}: ${run.message ?? "no message"}`, ...renderLog(explanation)].join("\n    "),
      remedy: explanation === null ? remedies[run.state] : `${explanation.remedy}; then run again`,
    },
    { retryable: run.state !== "failed" },
  );
}

/** Last lines of the run's log, indented, and where the rest is. */
function renderLog(explanation: RunExplanation | null): string[] {
  if (explanation === null) return [];
  const { lines, place } = explanation;
  return lines.length === 0 ? [`its log: ${place}`] : [`last lines of its log (${place}):`, ...lines];
}

const verbs: Record<JobRun["state"], string> = {
  waiting: "waited",
  running: "ran",
  stopping: "was being stopped",
  succeeded: "ended",
  failed: "failed",
  stopped: "was stopped",
  "timed out": "ran out of time",
};

const sameAgain = "run again: days without a report are taken by another run";

const remedies: Record<JobRun["state"], string> = {
  waiting: sameAgain,
  running: sameAgain,
  stopping: sameAgain,
  succeeded: "run again; if it stays, look into the run's log: the script ended without a word about the day",
  failed: "look at the message and the run's log, put it right and run again",
  stopped: "run again, unless somebody stopped it for a reason",
  "timed out": "run again with more workers or fewer days a run, or raise `keep`",
};

function buildRetryable(parts: ErrorParts, cause?: unknown): ShardliftError {
  return new ShardliftError(
    "outside",
    parts,
    cause === undefined ? { retryable: true } : { retryable: true, cause },
  );
}
