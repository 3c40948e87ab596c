import { type FamilyName, families, type ShardKind } from "../days/families.ts";
import type { Finding } from "./issue.ts";
import { foldTableName, renderColumnPath } from "./parse-names.ts";
import { filterTests } from "./pipeline-schema.ts";
import { showValue } from "./show-value.ts";
import type { ColumnPath, TableName } from "./types.ts";

/** Checked values of a pipeline file; whatever is wrong by itself is missing here. */
export interface PipelineDraft {
  name?: string;
  families?: (FamilyDraft | undefined)[];
  lookback?: number;
  retention?: number;
  columns?: { drop?: (ColumnPath | undefined)[]; hash?: (ColumnPath | undefined)[] };
  filter?: (Record<string, unknown> | undefined)[];
}

export interface FamilyDraft {
  family?: FamilyName;
  table?: TableName;
  shards?: (ShardKind | undefined)[];
}

/** What ties the keys of one pipeline together; `expectedName` is its file's name without the ending. */
export type PipelineRule = (draft: PipelineDraft, expectedName: string) => Finding[];

function nameEqualsFileName(draft: PipelineDraft, expectedName: string): Finding[] {
  if (draft.name === undefined || draft.name === expectedName) return [];
  return [
    {
      path: ["name"],
      at: "value",
      failed: "is not the file's name",
      rule: "a pipeline lives in pipelines/<name>.yaml",
      received: showValue(draft.name),
      remedy: `rename the file to ${draft.name}.yaml; renaming a pipeline that has run begins a new one in the lake`,
    },
  ];
}

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

function retentionCoversLookback(draft: PipelineDraft): Finding[] {
  const { lookback, retention } = draft;
  if (lookback === undefined || retention === undefined || retention >= lookback) return [];
  return [
    {
      path: ["retention"],
      at: "value",
      failed: "is shorter than the lookback",
      rule: "days that a run looks at are hot",
      received: `${retention} days, with a lookback of ${lookback} days`,
      remedy: `write at least "${lookback} days", or a shorter lookback`,
    },
  ];
}

function pathsAreNamedOnce(draft: PipelineDraft): Finding[] {
  const named = (["drop", "hash"] as const).flatMap((list) =>
    (draft.columns?.[list] ?? []).flatMap((path, index) =>
      path === undefined ? [] : [{ list, index, text: renderColumnPath(path), folded: foldPath(path) }],
    ),
  );
  return named.flatMap((entry, position): Finding[] => {
    const other = named.slice(0, position).find((earlier) => isCovered(earlier.folded, entry.folded));
    if (other === undefined) return [];
    const failed = `is already named by columns.${other.list} (${showValue(other.text)})`;
    const rule = "a column, member or key is dropped or hashed once, and nothing inside it again";
    const path = ["columns", entry.list, entry.index];
    return [
      { path, at: "value", failed, rule, received: showValue(entry.text), remedy: "remove one of the two" },
    ];
  });
}

/** Columns are compared as BigQuery does, whatever their case; keys are compared as they are. */
function foldPath(path: ColumnPath): string {
  return `${path.column.toLowerCase()}${path.rest === null ? "" : `.${path.rest}`}`;
}

function isCovered(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}

function conditionsHaveOneTest(draft: PipelineDraft): Finding[] {
  return (draft.filter ?? []).flatMap((condition, index): Finding[] => {
    const given = filterTests.filter((test) => condition !== undefined && test in condition);
    if (condition === undefined || given.length === 1) return [];
    return [
      {
        path: ["filter", index],
        at: "value",
        failed: given.length === 0 ? "has no test" : "has more than one test",
        rule: `exactly one of ${filterTests.join(", ")}`,
        received: given.length === 0 ? "none" : given.join(", "),
        remedy: given.length === 0 ? "add one" : "write one condition for each; a row must meet all",
      },
    ];
  });
}

export const pipelineRules: readonly PipelineRule[] = [
  nameEqualsFileName,
  familiesAreDistinct,
  familiesReadDifferentShards,
  tablesAreDistinct,
  shardsBelongToFamily,
  shardsAreDistinct,
  retentionCoversLookback,
  pathsAreNamedOnce,
  conditionsHaveOneTest,
];
