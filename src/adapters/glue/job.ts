import type { Job as GlueJob } from "@aws-sdk/client-glue";
import type { Job, JobDifference, ObjectStore } from "../../ports.ts";
import { createGlueApi, type GlueApi } from "./api.ts";
import { compareDefinitions, compareTags, isEditedByHand } from "./compare-definition.ts";
import { hasAwsName, isMissing } from "./errors.ts";
import { buildJobDefinition, buildJobTags } from "./job-definition.ts";
import { buildJobArn, buildJobName, type GlueOptions } from "./options.ts";
import { readScript, type ScriptFolders } from "./read-script.ts";
import { requireScript } from "./require-script.ts";

export interface GlueJobOptions extends GlueOptions {
  store: ObjectStore;
  folders: ScriptFolders;
}

/** One pipeline's Glue job, created and kept as environment and release define it. */
export function createGlueJob(options: GlueJobOptions): Job {
  const api = createGlueApi(options);
  return {
    location: `Glue job ${buildJobName(options)} in ${options.engine.region}`,
    readScript: () => readScript(options.folders),
    compare: (digest) => compareJob(api, options, digest),
    apply: (digest) => applyJob(api, options, digest),
  };
}

async function compareJob(api: GlueApi, options: GlueJobOptions, digest: string): Promise<JobDifference> {
  const { store } = options;
  const ought = buildJobDefinition(options, await requireScript({ store, scriptDigest: digest }));
  const is = await readJob(api, options);
  const tags = is === null ? {} : await readTags(api, options);
  return {
    exists: is !== null,
    isEdited: is !== null && isEditedByHand(is),
    fields: compareDefinitions(is ?? {}, ought),
    tags: compareTags(tags, buildJobTags(options)),
  };
}

async function readJob(api: GlueApi, options: GlueOptions): Promise<GlueJob | null> {
  const doing = { failed: "The job could not be read.", action: "glue:GetJob" };
  const JobName = buildJobName(options);
  try {
    return (await api.glue(doing, (glue) => glue.getJob({ JobName }))).Job ?? null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function readTags(api: GlueApi, options: GlueOptions): Promise<Record<string, string>> {
  const doing = { failed: "The tags of the job could not be read.", action: "glue:GetTags" };
  const ResourceArn = buildJobArn(options);
  return (await api.glue(doing, (glue) => glue.getTags({ ResourceArn }))).Tags ?? {};
}

/** Created where it is missing; else all of it is replaced, and what differs of its tags. */
async function applyJob(api: GlueApi, options: GlueJobOptions, digest: string): Promise<void> {
  const ought = buildJobDefinition(
    options,
    await requireScript({ store: options.store, scriptDigest: digest }),
  );
  const is = await readJob(api, options);
  const isCreated = is === null && (await createJob(api, options, ought));
  const isUpdated = !isCreated && (is === null || compareDefinitions(is, ought).length > 0);
  if (isUpdated) await updateJob(api, options, ought);
  await applyTags(api, options);
}

type Definition = ReturnType<typeof buildJobDefinition>;

/** @returns false where somebody was faster, or an earlier answer was lost: then it is updated. */
async function createJob(api: GlueApi, options: GlueOptions, definition: Definition): Promise<boolean> {
  const doing = { failed: "The job could not be created.", action: "glue:CreateJob" };
  const { Role, Command, ...rest } = definition;
  const request = {
    ...rest,
    Role: Role!,
    Command: Command!,
    Name: buildJobName(options),
    Tags: buildJobTags(options),
  };
  try {
    await api.glue(doing, (glue) => glue.createJob(request));
    return true;
  } catch (error) {
    const names = ["AlreadyExistsException", "IdempotentParameterMismatchException"];
    if (names.some((name) => hasAwsName(error, name))) return false;
    throw error;
  }
}

async function updateJob(api: GlueApi, options: GlueOptions, definition: Definition): Promise<void> {
  const doing = { failed: "The job could not be updated.", action: "glue:UpdateJob" };
  await api.glue(doing, (glue) => glue.updateJob({ JobName: buildJobName(options), JobUpdate: definition }));
}

async function applyTags(api: GlueApi, options: GlueOptions): Promise<void> {
  const differences = compareTags(await readTags(api, options), buildJobTags(options));
  const ResourceArn = buildJobArn(options);
  const gone = differences.filter(({ ought }) => ought === null).map(({ name }) => name);
  const wanted = differences.flatMap(({ name, ought }) => (ought === null ? [] : [[name, ought]]));
  // Taken away first: a job has room for 50.
  if (gone.length > 0) {
    const doing = { failed: "Tags of the job could not be removed.", action: "glue:UntagResource" };
    await api.glue(doing, (glue) => glue.untagResource({ ResourceArn, TagsToRemove: gone }));
  }
  if (wanted.length > 0) {
    const doing = { failed: "Tags of the job could not be set.", action: "glue:TagResource" };
    await api.glue(doing, (glue) => glue.tagResource({ ResourceArn, TagsToAdd: Object.fromEntries(wanted) }));
  }
}
