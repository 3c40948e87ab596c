import type { EnvironmentDraft, EnvironmentRule } from "./environment-draft.ts";
import type { Finding } from "./issue.ts";
import { isMapping } from "./parse-yaml.ts";
import { showValue } from "./show-value.ts";

/** What ties the keys of a warehouse in Snowflake together, and to the lake. */

/** A stage shows a bucket. Trials may have a double that shows a folder. */
function productionLakeIsOnS3({ production, lake, warehouse }: EnvironmentDraft): Finding[] {
  if (production !== true || warehouse?.type !== "snowflake" || lake?.type !== "folder") return [];
  return [
    {
      path: ["lake", "type"],
      at: "value",
      failed: "cannot be folder under a warehouse in Snowflake",
      rule: "where production is true, Snowflake reads the lake that warehouse.lake_url names: a bucket of S3",
      received: `a folder, and lake_url: ${showValue(warehouse.lake_url)}`,
      remedy: "write lake: { type: s3, bucket: …, prefix: … } with lake_url's bucket and prefix",
    },
  ];
}

/** Snowflake takes one policy a column, and nobody could tell which of two is meant. */
function columnsAreMaskedOnce({ warehouse }: EnvironmentDraft): Finding[] {
  const names = (warehouse?.masking ?? []).map((entry) => entry?.column?.column.toUpperCase());
  return names.flatMap((name, index): Finding[] => {
    const first = names.indexOf(name);
    if (name === undefined || first === index) return [];
    return [
      {
        path: ["warehouse", "masking", index, "column"],
        at: "value",
        failed: `is masked already by warehouse.masking[${first}]`,
        rule: "a column has one masking policy; names in Snowflake are the same in upper and lower case",
        received: showValue(warehouse?.masking?.[index]?.column?.column),
        remedy: "remove one of the two",
      },
    ];
  });
}

/** A key pair has a key, and nothing else has one. */
function keyPairHasKey({ warehouse }: EnvironmentDraft, raw: Record<string, unknown>): Finding[] {
  const written = isMapping(raw.warehouse) ? raw.warehouse : {};
  if (warehouse?.type !== "snowflake" || warehouse.auth === undefined) return [];
  const hasKey = written.private_key !== undefined;
  if (hasKey === (warehouse.auth === "key_pair")) return [];
  return [
    {
      path: hasKey ? ["warehouse", "private_key"] : ["warehouse"],
      at: hasKey ? "key" : "value",
      failed: hasKey ? "has no use here" : "lacks private_key",
      rule: "auth: key_pair signs in with private_key; auth: workload_identity with the AWS role alone",
      received: `auth: ${warehouse.auth}`,
      remedy: hasKey ? "remove it, or write auth: key_pair" : "add private_key: env:NAME or file:PATH",
    },
  ];
}

/** Whoever could point production at another host could read what is sent to it. */
function trialsHaveOwnHost(
  { production, warehouse }: EnvironmentDraft,
  raw: Record<string, unknown>,
): Finding[] {
  const written = isMapping(raw.warehouse) ? raw.warehouse : {};
  const isOther = written.host !== undefined || written.port !== undefined || warehouse?.protocol === "http";
  if (warehouse?.type !== "snowflake" || !isOther) return [];
  const rule = "host, port and protocol are for trials: together, and not where production is true";
  const finding = { path: ["warehouse"], at: "value" as const, rule, received: "host, port or protocol" };
  if (production === true) {
    return [
      { ...finding, failed: "names another host in production", remedy: "remove host, port and protocol" },
    ];
  }
  if (written.host !== undefined) return [];
  return [{ ...finding, failed: "lacks a host", remedy: "add host, or remove port and protocol" }];
}

/** A policy masks a column as a whole. */
function maskedColumnsAreWhole({ warehouse }: EnvironmentDraft): Finding[] {
  return (warehouse?.masking ?? []).flatMap((entry, index): Finding[] => {
    if (entry?.column?.rest === null || entry?.column === undefined) return [];
    return [
      {
        path: ["warehouse", "masking", index, "column"],
        at: "value",
        failed: "names a part of a column",
        rule: "Snowflake masks columns as a whole",
        received: `a key or member below a column`,
        remedy: "name the column, or drop or hash the part in the pipeline (columns.drop, columns.hash)",
      },
    ];
  });
}

export const snowflakeRules: readonly EnvironmentRule[] = [
  keyPairHasKey,
  trialsHaveOwnHost,
  productionLakeIsOnS3,
  maskedColumnsAreWhole,
  columnsAreMaskedOnce,
];
