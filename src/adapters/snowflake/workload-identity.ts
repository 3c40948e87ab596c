import { ShardliftError } from "../../errors.ts";
import type { Doing } from "./known-errors.ts";

/**
 * What AWS's own code says where it finds no credentials, or none that are valid any more, while the driver signs the
 * attestation: nothing of that has a code of Snowflake's.
 */
export function translateIdentityError(error: unknown, { failed, user }: Doing): unknown {
  if (!(error instanceof Error) || isOurBug(error) || (error as { code?: unknown }).code !== undefined)
    return error;
  const parts = {
    failed,
    rule: "workload identity needs credentials of an AWS role that are valid now, and AWS_REGION outside of EC2",
    received: `${error.name}: ${error.message.replace(/\s*\n\s*/g, " ")}`,
    remedy: `see who you are with aws sts get-caller-identity: it must be the role that ${user} names (DESC USER); renew expired credentials, set AWS_REGION; or use auth: key_pair`,
  };
  return new ShardliftError("config", parts, { cause: error });
}

function isOurBug(error: Error): boolean {
  return error instanceof ShardliftError || error instanceof TypeError || error instanceof ReferenceError;
}
