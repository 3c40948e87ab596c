import { type FamilyName, families } from "../days/families.ts";
import type { Finding } from "./issue.ts";
import { foldTableName } from "./parse-names.ts";
import type { FamilyDraft, PipelineDraft, PipelineRule } from "./pipeline-draft.ts";
import { showValue } from "./show-value.ts";

function familiesAreDistinct(draft: PipelineDraft): Finding[] {
  return findRepeated(draft, "family", (entry) => entry.family, {
    failed: "is taken twice",
    rule: "each family of a property goes into one table",
    remedy: "remove one of the two entries; another copy of it belongs in a pipeline of its own",
  });
}

/** GA4 and Firebase events are the same tables read in two ways. */
function familiesReadDifferentShards(draft: PipelineDraft): Finding[] {
  const named = (draft.families ?? []).map((entry) => entry?.family);
  return named.flatMap((family, index): Finding[] => {
    const other = named.slice(0, index).find((earlier) => earlier && family && isSameShards(earlier, family));
    if (family === undefined || other === undefined) return [];
    return [
      {
        path: ["families", index, "family"],
        at: "value",
        failed: `reads the same shards as ${other}`,
        rule: `one property's ${families[family].shards.daily}YYYYMMDD tables are of one family`,
        received: showValue(family),
        remedy:
          "keep the one that the property is: ga4_events for web streams, firebase_events for apps alone",
      },
    ];
  });
}

/** The same family twice is told by `familiesAreDistinct`. */
function isSameShards(a: FamilyName, b: FamilyName): boolean {
  return a !== b && families[a].shards.daily === families[b].shards.daily;
}

function tablesAreDistinct(draft: PipelineDraft): Finding[] {
  return findRepeated(draft, "table", (entry) => entry.table && foldTableName(entry.table), {
    failed: "is the table of another family",
    rule: "each family has a table of its own; names that differ by case only are the same table",
    remedy: "choose another table name",
  });
}

function findRepeated(
  draft: PipelineDraft,
  key: "family" | "table",
  read: (entry: FamilyDraft) => string | undefined,
  problem: { failed: string; rule: string; remedy: string },
): Finding[] {
  const seen = new Set<string>();
  return (draft.families ?? []).flatMap((entry, index): Finding[] => {
    const value = entry && read(entry);
    if (value === undefined) return [];
    if (seen.has(value))
      return [{ path: ["families", index, key], at: "value", received: showValue(value), ...problem }];
    seen.add(value);
    return [];
  });
}

function shardsBelongToFamily(draft: PipelineDraft): Finding[] {
  return (draft.families ?? []).flatMap((entry, index) =>
    (entry?.shards ?? []).flatMap((kind, position): Finding[] => {
      if (kind === undefined || entry?.family === undefined) return [];
      const known = Object.keys(families[entry.family].shards);
      if (known.includes(kind)) return [];
      return [
        {
          path: ["families", index, "shards", position],
          at: "value",
          failed: `is not a shard of ${entry.family}`,
          rule: `${entry.family} comes as ${known.join(", ")}`,
          received: showValue(kind),
          remedy: "remove it from the list",
        },
      ];
    }),
  );
}

function shardsAreDistinct(draft: PipelineDraft): Finding[] {
  return (draft.families ?? []).flatMap((entry, index) =>
    (entry?.shards ?? []).flatMap((kind, position, all): Finding[] => {
      if (kind === undefined || all.indexOf(kind) === position) return [];
      const path = ["families", index, "shards", position];
      const rule = "each kind once; their order is always daily, fresh, intraday";
      return [
        { path, at: "value", failed: "is named twice", rule, received: showValue(kind), remedy: "remove it" },
      ];
    }),
  );
}

/** What ties the families of one pipeline together. */
export const familyRules: readonly PipelineRule[] = [
  familiesAreDistinct,
  familiesReadDifferentShards,
  tablesAreDistinct,
  shardsBelongToFamily,
  shardsAreDistinct,
];
