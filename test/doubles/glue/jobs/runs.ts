import { createHash } from "node:crypto";
import { AwsError, missEntity, refuseInput } from "../errors.ts";
import type { Operations } from "../operations.ts";
import { checkWorkers, dpusByType, findJob } from "./definitions.ts";
import { isAlive, launch, logGroup, stop } from "./lifecycle.ts";
import type { JobRecord, JobsWorld, RunRecord } from "./types.ts";

const maxArgumentsBytes = 260 * 1024;
const maxPolicyLength = 2048;
const maxStops = 25;

export function createRunOperations(world: JobsWorld): Operations {
  return {
    StartJobRun(input) {
      const job = findJob(world, input.JobName);
      const fate = world.fates.shift() ?? null;
      const run = addRun(world, job, input);
      launch(world, run, fate);
      if (fate === "doubled") launch(world, addRun(world, job, input), null);
      run.isLost = fate === "lost";
      return { JobRunId: run.id };
    },
    GetJobRun: ({ JobName, RunId }) => ({ JobRun: renderRun(world, findRun(world, JobName, RunId)) }),
    GetJobRuns: (input) => listRuns(world, input),
    BatchStopJobRun: (input) => stopRuns(world, input),
  };
}

function addRun(world: JobsWorld, job: JobRecord, input: Record<string, unknown>): RunRecord {
  checkStart(job, input);
  const { definition } = job;
  const own = (input.Arguments ?? {}) as Record<string, string>;
  const defaults = (definition.DefaultArguments ?? {}) as Record<string, string>;
  const fixed = (definition.NonOverridableArguments ?? {}) as Record<string, string>;
  const pick = (name: string) => input[name] ?? definition[name];
  const nowMs = world.clock.now();
  const run: RunRecord = {
    id: nameRun(job, nowMs),
    job: job.name,
    arguments: { ...defaults, ...own, ...fixed },
    own,
    worker: { type: String(pick("WorkerType") ?? "Standard"), count: Number(pick("NumberOfWorkers") ?? 10) },
    executionClass: String(pick("ExecutionClass")),
    glueVersion: String(definition.GlueVersion),
    timeoutMinutes: Number(pick("Timeout")),
    sessionPolicy: (input.ExecutionRoleSessionPolicy as string | undefined) ?? null,
    scriptUri: String((definition.Command as Record<string, unknown>).ScriptLocation),
    state: "STARTING",
    startedMs: nowMs,
    ranFromMs: null,
    endedMs: null,
    modifiedMs: nowMs,
    message: null,
    executions: [],
    isLost: false,
  };
  job.runs.push(run);
  return run;
}

function checkStart({ name, definition, runs }: JobRecord, input: Record<string, unknown>): void {
  const { Timeout, WorkerType, NumberOfWorkers, MaxCapacity, ExecutionRoleSessionPolicy } = input;
  if (JSON.stringify(input.Arguments ?? {}).length > maxArgumentsBytes) {
    throw refuseInput("Arguments exceed 260 KB");
  }
  if (MaxCapacity !== undefined && WorkerType !== undefined) throw refuseInput("MaxCapacity with WorkerType");
  if (WorkerType !== undefined) checkWorkers(WorkerType, NumberOfWorkers ?? definition.NumberOfWorkers);
  if (Timeout !== undefined && !(Number.isInteger(Timeout) && Number(Timeout) >= 1)) {
    throw refuseInput("Timeout must be at least 1");
  }
  if (ExecutionRoleSessionPolicy !== undefined) checkPolicy(String(ExecutionRoleSessionPolicy));
  const { MaxConcurrentRuns } = definition.ExecutionProperty as { MaxConcurrentRuns: number };
  if (runs.filter(isAlive).length >= MaxConcurrentRuns) {
    throw new AwsError("ConcurrentRunsExceededException", `Concurrent runs exceeded for ${name}`);
  }
}

function checkPolicy(text: string): void {
  if (text.length > maxPolicyLength) throw refuseInput("ExecutionRoleSessionPolicy is longer than 2048");
  try {
    JSON.parse(text);
  } catch {
    throw refuseInput("ExecutionRoleSessionPolicy is not a policy");
  }
}

/** `jr_` and 64 hex digits; nothing of the start can be read from it. */
function nameRun({ name, runs }: JobRecord, nowMs: number): string {
  return `jr_${createHash("sha256").update(`${name} ${runs.length} ${nowMs}`).digest("hex")}`;
}

function findRun(world: JobsWorld, jobName: unknown, id: unknown): RunRecord {
  const run = findJob(world, jobName).runs.find((one) => one.id === id);
  if (run === undefined || run.isLost) throw missEntity(`Job run ${id} was not found`);
  return run;
}

/** Newest first. A token names the last run of its page, so that later starts move nothing. */
function listRuns(
  world: JobsWorld,
  { JobName, MaxResults = 200, NextToken }: Record<string, unknown>,
): object {
  const untilMs = world.clock.now() - world.listLagMs;
  const shown = findJob(world, JobName)
    .runs.filter(({ startedMs, isLost }) => startedMs <= untilMs && !isLost)
    .reverse();
  const from = NextToken === undefined ? 0 : shown.findIndex(({ id }) => id === NextToken) + 1;
  const page = shown.slice(from, from + Math.min(Number(MaxResults), 200));
  const isMore = from + page.length < shown.length;
  const token = isMore ? { NextToken: page.at(-1)!.id } : {};
  return { JobRuns: page.map((run) => renderRun(world, run)), ...token };
}

function stopRuns(world: JobsWorld, { JobName, JobRunIds }: Record<string, unknown>): object {
  const ids = JobRunIds as string[];
  if (ids.length > maxStops) throw refuseInput("JobRunIds has more than 25 items");
  const { runs } = findJob(world, JobName);
  const found = ids.map((id) => ({ id, run: runs.find((one) => one.id === id && !one.isLost) }));
  const stopped = found.filter(({ run }) => run !== undefined && isAlive(run));
  for (const { run } of stopped) if (run!.state !== "STOPPING") stop(world, run!);
  const buildFault = (id: string, ErrorCode: string, ErrorMessage: string) => ({
    JobName,
    JobRunId: id,
    ErrorDetail: { ErrorCode, ErrorMessage },
  });
  const faults = found.flatMap(({ id, run }) => {
    if (run === undefined) return [buildFault(id, "EntityNotFoundException", "Entity not found")];
    if (isAlive(run)) return [];
    return [buildFault(id, "JobRunInvalidStateTransitionException", `${run.state} is a final state`)];
  });
  return { SuccessfulSubmissions: stopped.map(({ id }) => ({ JobName, JobRunId: id })), Errors: faults };
}

function renderRun({ clock }: JobsWorld, run: RunRecord): object {
  const ranMs = run.ranFromMs === null ? 0 : (run.endedMs ?? clock.now()) - run.ranFromMs;
  const dpus = (dpusByType[run.worker.type] ?? 1) * run.worker.count;
  const seconds = Math.floor(ranMs / 1000);
  return {
    Id: run.id,
    Attempt: 0,
    JobName: run.job,
    StartedOn: run.startedMs / 1000,
    LastModifiedOn: run.modifiedMs / 1000,
    ...(run.endedMs === null ? {} : { CompletedOn: run.endedMs / 1000 }),
    JobRunState: run.state,
    Arguments: run.own,
    ...(run.message === null ? {} : { ErrorMessage: run.message }),
    PredecessorRuns: [],
    AllocatedCapacity: Math.ceil(dpus),
    MaxCapacity: dpus,
    ExecutionTime: seconds,
    Timeout: run.timeoutMinutes,
    WorkerType: run.worker.type,
    NumberOfWorkers: run.worker.count,
    LogGroupName: logGroup,
    GlueVersion: run.glueVersion,
    ExecutionClass: run.executionClass,
    // Told for FLEX and auto scaling alone.
    ...(run.executionClass === "FLEX" ? { DPUSeconds: seconds * dpus } : {}),
  };
}
