import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseS3Url } from "../config/parse-aws-names.ts";
import { showValue } from "../config/show-value.ts";
import { ShardliftError } from "../errors.ts";
import { retry } from "../tasks/retry.ts";
import { createClock } from "./clock.ts";
import { type ConfigFlags, findConfig } from "./find-config.ts";
import type { Io } from "./io.ts";

/** A configuration as files of this machine. */
export interface OpenConfig {
  /** Folder that holds `pipelines/` and `environments/`. */
  root: string;
  /** Where it was fetched from; null: it lies here. */
  fetchedFrom: string | null;
  /** What was fetched goes. */
  close(): Promise<void>;
}

/** No environment is known yet that would say how faults are met. */
const policy = { attempts: 5, maxWaitMs: 10_000 };

/** The configuration that `--config` or `SHARDLIFT_CONFIG` names: a folder, or a place on S3, fetched for this command. */
export async function openConfig(flags: ConfigFlags, io: Io, signal?: AbortSignal): Promise<OpenConfig> {
  const named = flags.config ?? io.env.SHARDLIFT_CONFIG ?? "";
  if (!named.startsWith("s3://")) {
    return { root: findConfig(flags, io), fetchedFrom: null, close: async () => {} };
  }
  const url = parseAddress(named);
  const top = await mkdtemp(join(tmpdir(), "shardlift-config-"));
  const close = () => rm(top, { recursive: true, force: true });
  try {
    // Messages name files; these names say where they come from.
    const root = join(top, url.slice("s3://".length));
    await mkdir(root, { recursive: true });
    await fetchInto(root, url, io, signal);
    return { root, fetchedFrom: url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens a configuration for one piece of work. */
export async function withConfig<T>(
  flags: ConfigFlags,
  io: Io,
  work: (config: OpenConfig) => Promise<T>,
): Promise<T> {
  const config = await openConfig(flags, io);
  try {
    return await work(config);
  } finally {
    await config.close();
  }
}

async function fetchInto(
  folder: string,
  url: string,
  { env }: Io,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { fetchConfig } = await import("../adapters/s3/fetch-config.ts");
  const clock = createClock(null);
  const again = <T>(work: () => Promise<T>) =>
    retry(work, { policy, clock, ...(signal === undefined ? {} : { signal }) });
  await fetchConfig({ url, region: findRegion(env), folder, env, again });
}

function parseAddress(text: string): string {
  const parsed = parseS3Url(text, "a place on S3");
  if ("value" in parsed) return parsed.value;
  const { failed, rule, remedy } = parsed.problem;
  throw new ShardliftError("config", {
    failed: `The address of the configuration ${failed}.`,
    rule,
    received: showValue(text),
    remedy,
  });
}

/** What runs in AWS has it set. */
function findRegion(env: NodeJS.ProcessEnv): string {
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? "";
  if (region !== "") return region;
  throw new ShardliftError("config", {
    failed: "The configuration's bucket cannot be reached: its region is not known.",
    rule: "no environment file is read yet that could name one",
    received: "neither AWS_REGION nor AWS_DEFAULT_REGION",
    remedy: "set AWS_REGION to the bucket's region, like eu-central-1",
  });
}
