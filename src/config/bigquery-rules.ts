import type { EnvironmentDraft, EnvironmentRule } from "./environment-draft.ts";
import type { Finding } from "./issue.ts";
import { isMapping } from "./parse-yaml.ts";
import { showValue } from "./show-value.ts";

/** What ties keys together where the source is BigQuery. */

const source = "source";

function readSource(raw: Record<string, unknown>): Record<string, unknown> | null {
  return isMapping(raw.source) && raw.source.type === "bigquery" ? raw.source : null;
}

/** Keys of one way to sign in, and those that it cannot do without. */
const signInKeys = {
  workload_identity: { may: ["audience", "region"], must: "audience" },
  service_account: { may: ["private_key"], must: "private_key" },
  default: { may: [], must: null },
} as const;

/** Whoever writes a key of another way means something that would not happen. */
function keysFitSignIn({ source: draft }: EnvironmentDraft, raw: Record<string, unknown>): Finding[] {
  const written = readSource(raw);
  if (written === null || draft?.auth === undefined) return [];
  const { may, must } = signInKeys[draft.auth];
  const strangers = ["audience", "region", "private_key"].filter(
    (key) => written[key] !== undefined && !(may as readonly string[]).includes(key),
  );
  const findings = strangers.map((key) => buildStranger(key, draft.auth as string));
  return must === null || written[must] !== undefined ? findings : [...findings, buildMissing(must)];
}

function buildStranger(key: string, auth: string): Finding {
  return {
    path: [source, key],
    at: "key",
    failed: "has no use here",
    rule: "audience and region go with auth: workload_identity, private_key with auth: service_account",
    received: `auth: ${auth}`,
    remedy: "remove it, or write the auth that it belongs to",
  };
}

function buildMissing(key: "audience" | "private_key"): Finding {
  const isKey = key === "private_key";
  return {
    path: [source],
    at: "value",
    failed: `lacks ${key}`,
    rule: isKey
      ? "auth: service_account signs in with private_key"
      : "auth: workload_identity signs in at the provider that audience names",
    received: `auth: ${isKey ? "service_account" : "workload_identity"}`,
    remedy: isKey
      ? "add private_key: aws-secret:ARN, env:NAME or file:PATH; or do without a key by auth: workload_identity"
      : "add audience, or write auth: service_account or auth: default",
  };
}

/** A request is signed for a region; nothing guesses one. */
function signInHasRegion({ source: draft, lake }: EnvironmentDraft, raw: Record<string, unknown>): Finding[] {
  const written = readSource(raw);
  if (written === null || draft?.auth !== "workload_identity") return [];
  if (written.region !== undefined || lake?.type === "s3") return [];
  return [
    {
      path: [source],
      at: "value",
      failed: "lacks region",
      rule: "auth: workload_identity signs a request to AWS in a region, its own or the lake's",
      received: "neither",
      remedy: 'add region, like "eu-central-1"',
    },
  ];
}

/** Whoever could point production elsewhere would be handed what opens the source. */
function productionSignsInAtGoogle({ production, source: draft }: EnvironmentDraft): Finding[] {
  if (production !== true || draft?.token_endpoint === undefined) return [];
  return [
    {
      path: [source, "token_endpoint"],
      at: "key",
      failed: "is for trials",
      rule: "where production is true, tokens come from Google alone",
      received: showValue(draft.token_endpoint),
      remedy: "remove it",
    },
  ];
}

/** Rows, and the token that opens them, travel encrypted. */
function productionReadsByHttps({ production, source: draft }: EnvironmentDraft): Finding[] {
  if (production !== true) return [];
  return (["storage_endpoint", "read_endpoint"] as const).flatMap((key) => {
    if (!draft?.[key]?.startsWith("http:")) return [];
    return [
      {
        path: [source, key],
        at: "value" as const,
        failed: "is not encrypted",
        rule: "where production is true, endpoints are https://",
        received: showValue(draft[key]),
        remedy: "write its https:// address",
      },
    ];
  });
}

/** Runs of Glue sign in by themselves: with their own role, or a key they can read. */
function glueSignsIn({ source: draft }: EnvironmentDraft, raw: Record<string, unknown>): Finding[] {
  const isGlue = isMapping(raw.engine) && raw.engine.type === "glue";
  if (!isGlue || readSource(raw) === null || draft?.auth === undefined) return [];
  if (draft.auth === "workload_identity" || draft.private_key?.from === "aws-secret") return [];
  if (draft.auth === "service_account" && draft.private_key === undefined) return [];
  return [
    {
      path: [source, "auth"],
      at: "value",
      failed: "is not within the engine's reach",
      rule: "runs of Glue sign in by themselves: with auth: workload_identity, or a private_key by aws-secret:ARN",
      received:
        draft.private_key === undefined
          ? `auth: ${draft.auth}`
          : `auth: ${draft.auth}, private_key by ${draft.private_key.from}:`,
      remedy: "write auth: workload_identity, or put the key into AWS Secrets Manager",
    },
  ];
}

export const bigQueryRules: readonly EnvironmentRule[] = [
  keysFitSignIn,
  signInHasRegion,
  productionSignsInAtGoogle,
  productionReadsByHttps,
  glueSignsIn,
];
