import type { Finding } from "./issue.ts";

/** Checked values of an environment file; whatever is wrong by itself is missing here. */
export interface EnvironmentDraft {
  production?: boolean;
  source?: S3Draft & BigQueryDraft & { root?: string };
  lake?: S3Draft & { type?: string; root?: string };
  engine?: GlueEngineDraft;
  catalog?: { type?: string; crawler?: boolean; endpoint?: string; tags?: Record<string, unknown> };
  warehouse?: SnowflakeDraft & { path?: string };
  secrets?: { hash_key?: { from?: string } };
  keep?: number;
  airflow?: { dags?: string };
  runner?: { config?: string };
  teams?: ({ owner?: string } | undefined)[];
}

interface S3Draft {
  bucket?: string;
  prefix?: string;
  region?: string;
  endpoint?: string;
}

interface BigQueryDraft {
  type?: string;
  auth?: "workload_identity" | "service_account" | "default";
  private_key?: { from?: string };
  storage_endpoint?: string;
  read_endpoint?: string;
  token_endpoint?: string;
}

interface GlueEngineDraft {
  type?: string;
  spill?: string;
  endpoint?: string;
  worker_type?: string;
  workers?: { min?: number; max?: number };
  timeout?: number;
  execution_class?: string;
  tags?: Record<string, unknown>;
}

interface SnowflakeDraft {
  type?: string;
  lake_url?: string;
  auth?: string;
  private_key?: unknown;
  host?: string;
  port?: number;
  protocol?: string;
  masking?: ({ column?: { column: string; rest: string | null } } | undefined)[];
}

/** What ties the keys of one environment together; `raw` is the file as it was written. */
export type EnvironmentRule = (
  draft: EnvironmentDraft,
  raw: Record<string, unknown>,
  root: string,
) => Finding[];
