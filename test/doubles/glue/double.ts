import { createDoubleClock, type DoubleClock } from "../snowflake/clock.ts";
import { createDefinitionOperations } from "./jobs/definitions.ts";
import type { Execute } from "./jobs/execution.ts";
import { createLogOperations } from "./jobs/logs.ts";
import { createRunOperations } from "./jobs/runs.ts";
import { createTagOperations } from "./jobs/tags.ts";
import type { JobsWorld } from "./jobs/types.ts";
import type { Operations } from "./operations.ts";
import { type AwsServer, startAwsServer } from "./server.ts";

export interface GlueDoubleOptions {
  /** Left out: the machine's time, moved on by `clock.advance`. */
  clock?: DoubleClock;
  region?: string;
  /** How runs execute their script; left out: they succeed at once. */
  execute?: Execute;
  jobs?: Partial<Pick<JobsWorld, "startMs" | "stopMs" | "listLagMs">>;
  /** Operations of Glue beside those of jobs and tags: the catalog's and its crawlers' (`./catalog/`). */
  operations?: (clock: DoubleClock, world: JobsWorld) => Operations;
}

export interface GlueDouble extends AwsServer {
  clock: DoubleClock;
  world: JobsWorld;
}

export const doubleRegion = "eu-central-1";
export const doubleAccount = "123456789012";

/** Whoever signs: the signature is not checked. */
export const doubleCredentials = { accessKeyId: "AKIADOUBLE", secretAccessKey: "double" };

/** Glue's API on this machine, with CloudWatch Logs; what it knows and what it does not stands in README.md. */
export async function startGlueDouble(options: GlueDoubleOptions = {}): Promise<GlueDouble> {
  const { region = doubleRegion, operations = () => ({}) } = options;
  const world = createWorld(options, region);
  const glue = {
    ...createDefinitionOperations(world),
    ...createTagOperations(world.tags),
    ...createRunOperations(world),
    ...operations(world.clock, world),
  };
  const logs = createLogOperations(world.logs);
  const server = await startAwsServer({ region, services: { AWSGlue: glue, Logs_20140328: logs } });
  return { ...server, clock: world.clock, world, close: () => close(world, server) };
}

function createWorld(options: GlueDoubleOptions, region: string): JobsWorld {
  return {
    clock: options.clock ?? createDoubleClock(),
    region,
    account: doubleAccount,
    jobs: new Map(),
    tags: new Map(),
    logs: new Map(),
    execute: options.execute ?? (() => ({ ended: Promise.resolve({ exitCode: 0 }), kill: () => {} })),
    startMs: 10_000,
    stopMs: 5_000,
    listLagMs: 0,
    fates: [],
    executions: [],
    ...options.jobs,
  };
}

/** Nothing that was spawned outlives the double. */
async function close({ clock, executions }: JobsWorld, server: AwsServer): Promise<void> {
  clock.close();
  for (const execution of executions) execution.kill();
  await Promise.all(executions.map(({ ended }) => ended));
  await server.close();
}
