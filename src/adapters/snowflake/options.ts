import type { SecretReference, SnowflakeWarehouse } from "../../config/types.ts";
import type { Clock } from "../../ports.ts";

/** What tells in Snowflake's own history whose statement it was. */
export interface QueryTag {
  pipeline?: string | undefined;
  task?: string | undefined;
  /** As they were asked for: `2026-11-20`, a range, or what stands for one. */
  days?: string | undefined;
  /** One command has one. */
  run?: string | undefined;
}

export interface SnowflakeOptions {
  config: SnowflakeWarehouse;
  clock: Clock;
  /** Ends waits and statements; what ends a transaction is heard to its end. */
  signal?: AbortSignal;
  tag: QueryTag;
  /** Resolves the private key at the moment it is used. */
  readSecret(reference: SecretReference): Promise<string>;
}
