import type { Parsed } from "./issue.ts";

/** Allow-lists for what names things in Google Cloud. */

/** `EU`, `US`, `europe-west3` */
export function parseLocation(text: string): Parsed<string> {
  if (/^(EU|US|[a-z]{2,20}-[a-z]{2,20}\d{1,2})$/.test(text)) return { value: text };
  const rule = "EU, US or a region by its code";
  return {
    problem: { failed: "is not a location of BigQuery", rule, remedy: 'write it like "europe-west3"' },
  };
}

export function parseServiceAccount(text: string): Parsed<string> {
  if (/^[a-z0-9-]{1,63}@[a-z0-9.-]{1,190}\.gserviceaccount\.com$/.test(text)) return { value: text };
  const rule = "a service account's e-mail address";
  const remedy = 'write it like "shardlift@shop-prod.iam.gserviceaccount.com"';
  return { problem: { failed: "is not a service account", rule, remedy } };
}

/** `gs://bucket/prefix`; names as Cloud Storage allows them, prefixes that need no escaping. */
export function parseGooglePlace(text: string): Parsed<{ bucket: string; prefix: string }> {
  const [, bucket, prefix = ""] =
    /^gs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])(?:\/((?:[A-Za-z0-9._=-]+\/)*[A-Za-z0-9._=-]+))?\/?$/.exec(
      text,
    ) ?? [];
  if (bucket !== undefined) return { value: { bucket, prefix } };
  const rule = "gs://BUCKET or gs://BUCKET/PREFIX, letters a-z, digits, dots, dashes and underscores";
  const remedy = 'write it like "gs://shop-prod-extracts/shardlift"';
  return { problem: { failed: "is not a place in Cloud Storage", rule, remedy } };
}

/** The full name of a workload identity provider, as Google calls it in tokens. */
export function parseAudience(text: string): Parsed<string> {
  const name = "[a-z0-9-]{1,64}";
  const full = new RegExp(
    `^//iam\\.googleapis\\.com/projects/\\d{1,20}/locations/global/workloadIdentityPools/${name}/providers/${name}$`,
  );
  if (full.test(text)) return { value: text };
  const rule =
    "//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER";
  const remedy =
    "write // and what `gcloud iam workload-identity-pools providers describe` shows as name, behind iam.googleapis.com/; the project by its number";
  return { problem: { failed: "is not a workload identity provider", rule, remedy } };
}
