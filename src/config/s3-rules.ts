import type { EnvironmentDraft, EnvironmentRule } from "./environment-draft.ts";
import type { Finding } from "./issue.ts";
import { isMapping } from "./parse-yaml.ts";
import { showValue } from "./show-value.ts";

/** What ties keys together where something lies on S3. */

function isOnS3(root: string | undefined): boolean {
  return root?.startsWith("s3://") ?? false;
}

/** @returns null where the lake is elsewhere, or wrong by itself */
export function lakeUrl({ lake }: EnvironmentDraft): string | null {
  if (lake?.type !== "s3" || lake.bucket === undefined || lake.prefix === undefined) return null;
  return `s3://${lake.bucket}/${lake.prefix === "" ? "" : `${lake.prefix}/`}`;
}

/** Keys that reach a bucket have no use for a folder, and whoever writes them means something. */
function foldersHaveNoS3Keys({ source }: EnvironmentDraft, raw: Record<string, unknown>): Finding[] {
  if (source?.root === undefined || isOnS3(source.root) || !isMapping(raw.source)) return [];
  const strangers = ["region", "bucket_owner", "endpoint", "path_style"].filter(
    (key) => key in (raw.source as object),
  );
  return strangers.map((key) => ({
    path: ["source", key],
    at: "key" as const,
    failed: "has no use here",
    rule: "it says how a bucket is reached, and root is a folder",
    received: showValue(source.root),
    remedy: "remove it, or write root as s3://bucket/prefix/",
  }));
}

/** Nothing guesses a region: a request to another one is signed for nobody. */
function sourceHasRegion({ source, lake }: EnvironmentDraft, raw: Record<string, unknown>): Finding[] {
  const isWritten = isMapping(raw.source) && raw.source.region !== undefined;
  if (!isOnS3(source?.root) || isWritten || lake?.type === "s3") return [];
  return [
    {
      path: ["source"],
      at: "value",
      failed: "lacks region",
      rule: "a source on S3 has a region, its own or the lake's",
      received: "neither",
      remedy: 'add region, like "eu-central-1"',
    },
  ];
}

/** As between folders: what the lake removes must never be a source. */
function bucketsLieApart(draft: EnvironmentDraft): Finding[] {
  const [lake, source] = [lakeUrl(draft), draft.source?.root];
  if (lake === null || source === undefined || !isOnS3(source)) return [];
  if (!lake.startsWith(source) && !source.startsWith(lake)) return [];
  return [
    {
      path: ["lake", "prefix"],
      at: "value",
      failed: "overlaps with source.root",
      rule: "source and lake lie apart, none inside another",
      received: `${showValue(lake)} and ${showValue(source)}`,
      remedy: "give the lake a prefix of its own",
    },
  ];
}

/** What the stage shows must be what the lake writes. */
function snowflakeReadsTheLake(draft: EnvironmentDraft): Finding[] {
  const [lake, shown] = [lakeUrl(draft), draft.warehouse?.lake_url];
  if (draft.warehouse?.type !== "snowflake" || lake === null || shown === undefined || shown === lake)
    return [];
  return [
    {
      path: ["warehouse", "lake_url"],
      at: "value",
      failed: "is not where the lake is",
      rule: "Snowflake's stage shows the lake: its bucket and prefix",
      received: `${showValue(shown)}, and the lake is ${showValue(lake)}`,
      remedy: `write "${lake}", or correct the lake`,
    },
  ];
}

/** What goes over http can be read and changed on its way. */
function productionIsEncrypted(draft: EnvironmentDraft): Finding[] {
  if (draft.production !== true) return [];
  const parts = ["source", "lake", "engine", "catalog"] as const;
  return parts.flatMap((part): Finding[] => {
    if (!draft[part]?.endpoint?.startsWith("http:")) return [];
    return [
      {
        path: [part, "endpoint"],
        at: "value",
        failed: "is not encrypted",
        rule: "where production is true, endpoints are https://",
        received: showValue(draft[part]?.endpoint),
        remedy: "write the https:// address, or remove it",
      },
    ];
  });
}

export const s3Rules: readonly EnvironmentRule[] = [
  foldersHaveNoS3Keys,
  sourceHasRegion,
  bucketsLieApart,
  snowflakeReadsTheLake,
  productionIsEncrypted,
];
