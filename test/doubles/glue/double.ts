import { createDoubleClock, type DoubleClock } from "../snowflake/clock.ts";
import type { Operations } from "./operations.ts";
import { type AwsServer, startAwsServer } from "./server.ts";

export interface GlueDoubleOptions {
  /** Left out: the machine's time, moved on by `clock.advance`. */
  clock?: DoubleClock;
  region?: string;
  /** Operations of Glue beside those of jobs: the catalog's and its crawlers' (`./catalog/`). */
  operations?: (clock: DoubleClock) => Operations;
}

export interface GlueDouble extends AwsServer {
  clock: DoubleClock;
}

export const doubleRegion = "eu-central-1";

/** Whoever signs: the signature is not checked. */
export const doubleCredentials = { accessKeyId: "AKIADOUBLE", secretAccessKey: "double" };

/** Glue's API on this machine; what it knows and what it does not stands in README.md. */
export async function startGlueDouble(options: GlueDoubleOptions = {}): Promise<GlueDouble> {
  const { clock = createDoubleClock(), region = doubleRegion, operations = () => ({}) } = options;
  const server = await startAwsServer({ region, services: { AWSGlue: operations(clock) } });
  return {
    ...server,
    clock,
    async close() {
      clock.close();
      await server.close();
    },
  };
}
