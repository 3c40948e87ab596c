import { exitCodes, ShardliftError } from "../errors.ts";
import { formatPlural } from "../plan/format.ts";
import type { FieldDifference, Job, JobDifference } from "../ports.ts";
import type { TaskContext, TaskOutput } from "./context.ts";
import { buildTaskOutput } from "./output.ts";
import { retry } from "./retry.ts";

/** Makes the pipeline's job what environment and release say it is, and shows what was otherwise. */
export async function runEnsureJob(context: TaskContext): Promise<TaskOutput> {
  const { job } = context.ports;
  if (job === undefined) {
    const reason = "the engine runs in this process: there is no job";
    return buildTaskOutput("ensure-job", context, exitCodes.nothing, { reason });
  }
  const before = await ensureJob(context, job);
  if (isEqual(before)) {
    return buildTaskOutput("ensure-job", context, exitCodes.nothing, {
      reason: `${job.location} is as it should be`,
    });
  }
  const { exists, fields, tags } = before;
  const reason = `${job.location} was ${exists ? "updated" : "created"}`;
  return buildTaskOutput("ensure-job", context, exitCodes.done, {
    reason,
    ...(exists ? { fields, tags } : {}),
  });
}

/** @returns what differed before; it differs no more, or this rejects */
export async function ensureJob(context: TaskContext, job: Job): Promise<JobDifference> {
  const { environment, ports, signal } = context;
  const again = <T>(work: () => Promise<T>) =>
    retry(work, { policy: environment.retry, clock: ports.clock, signal });
  const { digest } = await job.readScript();
  const before = await again(() => job.compare(digest));
  if (isEqual(before)) return before;
  showDifference(context, job, before);
  await again(() => job.apply(digest));
  const after = await again(() => job.compare(digest));
  if (!isEqual(after)) throw buildContestedError(job, after);
  return before;
}

function isEqual({ exists, fields, tags }: JobDifference): boolean {
  return exists && fields.length === 0 && tags.length === 0;
}

/** Before it is put right: what somebody did by hand is lost otherwise, and they may have had a reason. */
function showDifference({ report }: TaskContext, job: Job, difference: JobDifference): void {
  const { exists, isEdited, fields, tags } = difference;
  if (!exists) return;
  const level = isEdited ? "warn" : "info";
  const count = formatPlural(fields.length + tags.length, "difference");
  const why = isEdited ? "was edited by hand" : "is of another release or environment file";
  report({ event: "note", level, text: `${job.location} ${why}: ${count}, put right now` });
  for (const field of [...fields, ...tags.map((tag) => ({ ...tag, name: `tag ${tag.name}` }))]) {
    report({ event: "note", level, text: renderDifference(field) });
  }
}

export function renderDifference({ name, is, ought }: FieldDifference): string {
  return `${name}: ${is ?? "not there"} → ${ought ?? "not there"}`;
}

function buildContestedError({ location }: Job, { fields, tags }: JobDifference): ShardliftError {
  return new ShardliftError(
    "outside",
    {
      failed: `${location} was put right and is otherwise again.`,
      rule: "a job is kept by one environment of one release",
      received: [...fields, ...tags].map(renderDifference).join("; "),
      remedy: "look for whoever else keeps it: another release, a template, a person; then run again",
    },
    { retryable: true },
  );
}
