import type { Finding, Issue } from "./issue.ts";
import { locateFindings } from "./locate-findings.ts";
import { foldTableName } from "./parse-names.ts";
import type { ParsedPipeline } from "./parse-pipeline.ts";
import { showValue } from "./show-value.ts";

/**
 * What pipelines must not share: a name (it is their folder in the lake) and tables. Sister tables cannot
 * meet, since no declared name ends like one of theirs. Pipelines with other problems take part with what is
 * right in them. Each issue is told in the later file and names the earlier place.
 */
export function findOverlaps(parsed: readonly ParsedPipeline[]): Issue[] {
  const names = new Map<string, string>();
  const tables = new Map<string, string>();
  return parsed.flatMap((pipeline) => {
    const findings = [...findSharedName(pipeline, names), ...findSharedTables(pipeline, tables)];
    return locateFindings(findings, pipeline.file, pipeline.locate);
  });
}

function findSharedName({ draft, file, locate }: ParsedPipeline, names: Map<string, string>): Finding[] {
  if (draft.name === undefined) return [];
  const earlier = names.get(draft.name);
  names.set(draft.name, earlier ?? `${file}:${locate(["name"], "value").line}`);
  if (earlier === undefined) return [];
  const rule = "each pipeline has a name of its own";
  const remedy = "rename one of the two";
  const failed = `is also the name in ${earlier}`;
  return [{ path: ["name"], at: "value", failed, rule, received: showValue(draft.name), remedy }];
}

function findSharedTables({ draft, file, locate }: ParsedPipeline, tables: Map<string, string>): Finding[] {
  const own = new Map<string, string>();
  const findings = (draft.families ?? []).flatMap((entry, index): Finding[] => {
    if (entry?.table === undefined) return [];
    const path = ["families", index, "table"];
    const folded = foldTableName(entry.table);
    const earlier = tables.get(folded);
    own.set(folded, `${file}:${locate(path, "value").line}`);
    if (earlier === undefined) return [];
    const received = showValue(`${entry.table.schema}.${entry.table.table}`);
    const rule = "each table belongs to one pipeline; names that differ by case only are the same table";
    return [
      {
        path,
        at: "value",
        failed: `is also the table in ${earlier}`,
        rule,
        received,
        remedy: "choose another table name",
      },
    ];
  });
  // Twice within one pipeline is a matter of its own rules.
  for (const [folded, place] of own) if (!tables.has(folded)) tables.set(folded, place);
  return findings;
}
