import { z } from "zod";
import { lakeRegionField } from "./aws-fields.ts";
import { textField } from "./fields.ts";
import { parseEndpoint } from "./parse-aws-names.ts";
import { parseAudience, parseGooglePlace, parseLocation, parseServiceAccount } from "./parse-google-names.ts";
import { parseProject } from "./parse-names.ts";
import { parseSecretReference, secretPattern, secretRule } from "./parse-secret-reference.ts";

const endpointRule = "http(s)://host[:port]; http is refused in production";

const signIn = {
  auth: z
    .enum(["workload_identity", "service_account", "default"])
    .meta({
      description:
        "How to sign in: as the AWS role that the command runs with (no key anywhere), with a service account's key, or as Google's tools are signed in on this machine.",
    })
    .prefault("workload_identity"),
  audience: textField(parseAudience, {
    description: "Provider that trusts the AWS account; for `auth: workload_identity`.",
    example:
      "//iam.googleapis.com/projects/987654321098/locations/global/workloadIdentityPools/aws/providers/prod",
    rule: "the full name of a workload identity provider",
    otherwise: "none",
  }).optional(),
  region: lakeRegionField("AWS that vouches for the role; for `auth: workload_identity`"),
  private_key: textField((text) => parseSecretReference(text, "env:GOOGLE_PRIVATE_KEY"), {
    description:
      "The service account's key as Google hands it out (JSON), by reference; for `auth: service_account`.",
    example: "aws-secret:arn:aws:secretsmanager:eu-central-1:123456789012:secret:shardlift-google-key",
    pattern: secretPattern,
    rule: secretRule,
    otherwise: "none",
  }).optional(),
  impersonate: textField(parseServiceAccount, {
    description: "Service account to act as, whichever way is signed in.",
    example: "shardlift@shop-prod.iam.gserviceaccount.com",
    rule: "a service account's e-mail address",
    otherwise: "nobody else",
  }).optional(),
};

/** Exports where Google writes them, as it is written. */
export const bigQuerySourceSchema = z.strictObject({
  type: z.literal("bigquery").meta({ description: "The datasets that Google exports to." }),
  project: textField(parseProject, {
    description:
      "Project that jobs run in and are billed to; it also holds the datasets of pipelines whose `property.project` names no other.",
    example: "shop-prod",
    rule: "a project's id",
  }),
  location: textField(parseLocation, {
    description: "Where the datasets must lie; one elsewhere is refused.",
    example: "EU",
    rule: "EU, US or a region's code",
    otherwise: "anywhere",
  }).optional(),
  ...signIn,
  extracts: textField(parseGooglePlace, {
    description:
      "Where BigQuery puts rows on their way here, as extract jobs: they are free, and a third of the bytes of the Storage Read API, which reads where no bucket is named.",
    example: "gs://shop-prod-extracts/shardlift",
    rule: "gs://BUCKET or gs://BUCKET/PREFIX",
    otherwise: "none: rows come by the Storage Read API",
  }).optional(),
  endpoint: textField(parseEndpoint, {
    description: "Another address for BigQuery: a private endpoint, or a stand-in in trials.",
    example: "https://bigquery-shop.p.googleapis.com",
    rule: endpointRule,
    otherwise: "Google's own",
  }).optional(),
  storage_endpoint: textField(parseEndpoint, {
    description: "The same for Cloud Storage.",
    example: "https://storage-shop.p.googleapis.com",
    rule: endpointRule,
    otherwise: "Google's own",
  }).optional(),
  read_endpoint: textField(parseEndpoint, {
    description: "The same for the Storage Read API.",
    example: "https://bigquerystorage-shop.p.googleapis.com",
    rule: endpointRule,
    otherwise: "Google's own",
  }).optional(),
  token_endpoint: textField(parseEndpoint, {
    description:
      "A stand-in for the places where Google gives out tokens; for trials, refused in production.",
    example: "http://127.0.0.1:8443",
    rule: endpointRule,
    otherwise: "Google's own",
  }).optional(),
});
