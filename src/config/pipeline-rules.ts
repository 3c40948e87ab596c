import { familyRules } from "./family-rules.ts";
import { filterTests } from "./filter-schema.ts";
import type { Finding } from "./issue.ts";
import { renderColumnPath } from "./parse-names.ts";
import type { PipelineDraft, PipelineRule } from "./pipeline-draft.ts";
import { showValue } from "./show-value.ts";
import type { ColumnPath } from "./types.ts";

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
  ...familyRules,
  retentionCoversLookback,
  pathsAreNamedOnce,
  conditionsHaveOneTest,
];
