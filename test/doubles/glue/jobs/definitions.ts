import { isDeepStrictEqual } from "node:util";
import { AwsError, missEntity, refuseInput } from "../errors.ts";
import type { Operations } from "../operations.ts";
import { checkTags } from "./tags.ts";
import type { Definition, JobRecord, JobsWorld } from "./types.ts";

/** DPUs of one worker. */
export const dpusByType: Record<string, number> = {
  "G.025X": 0.25,
  "G.1X": 1,
  "G.2X": 2,
  "G.4X": 4,
  "G.8X": 8,
  "G.12X": 12,
  "G.16X": 16,
};

export function createDefinitionOperations(world: JobsWorld): Operations {
  return {
    CreateJob: (input) => createJob(world, input),
    UpdateJob({ JobName, JobUpdate }) {
      const job = findJob(world, JobName);
      // All of it is replaced: what is not in JobUpdate is as if it had never been said.
      job.definition = complete(JobUpdate as Definition);
      job.modifiedMs = world.clock.now();
      return { JobName };
    },
    GetJob({ JobName }) {
      const { name, definition, createdMs, modifiedMs } = findJob(world, JobName);
      const times = { CreatedOn: createdMs / 1000, LastModifiedOn: modifiedMs / 1000 };
      return { Job: { Name: name, ...definition, ...times } };
    },
    DeleteJob({ JobName }) {
      world.jobs.delete(String(JobName));
      world.tags.delete(nameArn(world, String(JobName)));
      return { JobName };
    },
  };
}

function createJob(world: JobsWorld, input: Record<string, unknown>): object {
  const { Name, Tags = {}, ...rest } = input;
  const name = String(Name ?? "");
  if (!/^[\p{L}\p{N}_.:/=+\-@ ]{1,255}$/u.test(name)) throw refuseInput("1 validation error: Name");
  const definition = complete(rest);
  const known = world.jobs.get(name);
  if (known !== undefined) {
    const isSame = isDeepStrictEqual(known.definition, definition);
    throw isSame
      ? new AwsError("AlreadyExistsException", `Job with name ${name} already exists.`)
      : new AwsError("IdempotentParameterMismatchException", `Job ${name} exists with other parameters.`);
  }
  world.tags.set(nameArn(world, name), checkTags(Tags as Record<string, string>));
  const nowMs = world.clock.now();
  world.jobs.set(name, { name, definition, createdMs: nowMs, modifiedMs: nowMs, runs: [] });
  return { Name: name };
}

export function findJob(world: JobsWorld, name: unknown): JobRecord {
  const job = world.jobs.get(String(name));
  if (job === undefined) throw missEntity(`Failed to retrieve job ${name}: Entity not found`);
  return job;
}

export function nameArn({ region, account }: Pick<JobsWorld, "region" | "account">, name: string): string {
  return `arn:aws:glue:${region}:${account}:job/${name}`;
}

/** What Glue adds of its own accord, and refuses. */
function complete(said: Definition): Definition {
  const { Role, Command, WorkerType, NumberOfWorkers, MaxCapacity } = said;
  if (typeof Role !== "string" || Role === "") throw refuseInput("Role is required");
  const command = Command as Record<string, unknown> | undefined;
  if (command?.Name === undefined) throw refuseInput("Command is required");
  if (MaxCapacity !== undefined && WorkerType !== undefined) {
    throw refuseInput("Please do not set Max Capacity if using Worker Type and Number of Workers.");
  }
  if (WorkerType !== undefined) checkWorkers(WorkerType, NumberOfWorkers);
  const dpus = WorkerType === undefined ? 10 : dpusByType[String(WorkerType)]! * Number(NumberOfWorkers);
  return {
    JobMode: "SCRIPT",
    MaxRetries: 0,
    Timeout: 480,
    GlueVersion: "0.9",
    ExecutionClass: "STANDARD",
    ...said,
    Command: { PythonVersion: "3", ...command },
    ExecutionProperty: { MaxConcurrentRuns: 1, ...(said.ExecutionProperty as object) },
    AllocatedCapacity: Math.ceil(dpus),
    MaxCapacity: dpus,
  };
}

export function checkWorkers(type: unknown, count: unknown): void {
  if (dpusByType[String(type)] === undefined) throw refuseInput(`Worker type is not valid: ${type}`);
  if (!Number.isInteger(count) || Number(count) < 2) {
    throw refuseInput("Number of workers must be at least 2");
  }
}
