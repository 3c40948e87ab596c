import type { BigQuerySource } from "../../config/types.ts";
import { renderReference } from "./job-definition.ts";

/** What a run is told of Google, where shards are there. Arguments are logged: a key is named by where it is. Pure. */
export function buildGoogleArguments(source: BigQuerySource | null): Record<string, string> {
  if (source === null) return {};
  const { auth } = source;
  const optional = {
    project: source.project,
    auth: auth.type,
    audience: auth.type === "workload_identity" ? auth.audience : null,
    region: auth.type === "workload_identity" ? auth.region : null,
    private_key: auth.type === "service_account" ? renderReference(auth.key) : null,
    impersonate: source.impersonate,
    read_endpoint: source.readEndpoint,
    storage_endpoint: source.storageEndpoint,
    token_endpoint: source.tokenEndpoint,
  };
  const given = Object.entries(optional).filter((entry): entry is [string, string] => entry[1] !== null);
  return Object.fromEntries(given.map(([name, value]) => [`--google_${name}`, value]));
}
