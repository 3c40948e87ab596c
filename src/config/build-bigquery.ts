import { buildReference } from "./build-reference.ts";
import type { EnvironmentFile } from "./environment-schema.ts";
import type { BigQuerySource } from "./types.ts";

type Written = Extract<EnvironmentFile["source"], { type: "bigquery" }>;

/** @param lakeRegion stands where the source names no region */
export function buildBigQuerySource(written: Written, root: string, lakeRegion: string): BigQuerySource {
  const { type, project } = written;
  return {
    type,
    project,
    location: written.location ?? null,
    auth: buildSignIn(written, root, lakeRegion),
    impersonate: written.impersonate ?? null,
    extracts: written.extracts ?? null,
    endpoint: written.endpoint ?? null,
    storageEndpoint: written.storage_endpoint ?? null,
    readEndpoint: written.read_endpoint ?? null,
    tokenEndpoint: written.token_endpoint ?? null,
  };
}

/** Rules have seen to it that each way has what it needs. */
function buildSignIn(written: Written, root: string, lakeRegion: string): BigQuerySource["auth"] {
  switch (written.auth) {
    case "workload_identity":
      return { type: written.auth, audience: written.audience ?? "", region: written.region ?? lakeRegion };
    case "service_account":
      return { type: written.auth, key: buildReference(written.private_key!, root) };
    case "default":
      return { type: written.auth };
    default:
      return written.auth satisfies never;
  }
}
