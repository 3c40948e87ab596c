import type { BigQuerySource, SecretReference } from "../../config/types.ts";
import type { Clock } from "../../ports.ts";

/** What AWS's own tools find: a key, and a session's token where it is a role's. */
export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
  /** From when on they are no good; missing where they do not expire. */
  expiration?: Date | undefined;
}

export interface BigQueryOptions {
  config: BigQuerySource;
  /** Project that holds the datasets; null: the one that is billed. */
  project: string | null;
  clock: Clock;
  signal?: AbortSignal;
  env: Record<string, string | undefined>;
  /** Resolves a service account's key at the moment it is used. */
  readSecret(reference: SecretReference): Promise<string>;
  /** How AWS's credentials are found; left out: as by every tool of AWS. */
  findAwsCredentials?: () => Promise<AwsCredentials>;
  /** Longest wait for one answer, ms; left out: a minute. */
  answerMs?: number;
}

const defaultAnswerMs = 60_000;

export function answerMs(options: Pick<BigQueryOptions, "answerMs">): number {
  return options.answerMs ?? defaultAnswerMs;
}

/** The project whose datasets are read. */
export function dataProject({ project, config }: Pick<BigQueryOptions, "project" | "config">): string {
  return project ?? config.project;
}
