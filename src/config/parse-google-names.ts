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
