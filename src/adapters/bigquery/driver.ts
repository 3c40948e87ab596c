import type { BigQueryOptions } from "./options.ts";

export type BigQueryPackage = typeof import("@google-cloud/bigquery");
export type AuthPackage = typeof import("google-auth-library");
export type BigQueryClient = InstanceType<BigQueryPackage["BigQuery"]>;
export type AuthClient = InstanceType<AuthPackage["AuthClient"]>;

/** Imported only where something is asked: it takes a tenth of a second. */
export async function loadBigQuery(): Promise<BigQueryPackage> {
  const loaded = await import("@google-cloud/bigquery");
  // A CommonJS package: all of it is the default export, whatever its types say.
  return (loaded as unknown as { default: BigQueryPackage }).default;
}

/** Looks for a metadata server of Google's only where that is one of the ways to sign in: elsewhere it takes seconds. */
export async function loadAuth({ config }: Pick<BigQueryOptions, "config">): Promise<AuthPackage> {
  if (config.auth.type !== "default") process.env.METADATA_SERVER_DETECTION ??= "none";
  const loaded = await import("google-auth-library");
  return (loaded as unknown as { default: AuthPackage }).default;
}
