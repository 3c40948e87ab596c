import { families, shardKinds } from "../days/families.ts";
import type { Issue } from "./issue.ts";
import { locateFindings } from "./locate-findings.ts";
import { parseDraft } from "./parse-draft.ts";
import { type Locate, parseYaml } from "./parse-yaml.ts";
import type { PipelineDraft } from "./pipeline-draft.ts";
import { pipelineRules } from "./pipeline-rules.ts";
import { type PipelineFile, pipelineSchema } from "./pipeline-schema.ts";
import type { FilterCondition, FilterTest, Pipeline, PipelineFamily } from "./types.ts";

/** A pipeline file as far as it could be read; `pipeline` is null exactly where there are issues. */
export interface ParsedPipeline {
  pipeline: Pipeline | null;
  /** What is right by itself, for rules across files. */
  draft: PipelineDraft;
  file: string;
  locate: Locate;
  issues: Issue[];
}

/** @param expectedName the file's name without its ending; `file` is its name for messages. */
export function parsePipeline(text: string, file: string, expectedName: string): ParsedPipeline {
  const yaml = parseYaml(text, file);
  if ("issues" in yaml) return { pipeline: null, draft: {}, file, locate: locateTop, issues: yaml.issues };
  const parsed = parseDraft(pipelineSchema, yaml.value);
  const draft = (parsed.draft ?? {}) as PipelineDraft;
  const findings = [...parsed.findings, ...pipelineRules.flatMap((rule) => rule(draft, expectedName))];
  const issues = locateFindings(findings, file, yaml.locate);
  const pipeline = issues.length === 0 ? buildPipeline(parsed.draft as PipelineFile, file) : null;
  return { pipeline, draft, file, locate: yaml.locate, issues };
}

function locateTop() {
  return { line: 1, column: 1 };
}

function buildPipeline(raw: PipelineFile, file: string): Pipeline {
  return {
    name: raw.name,
    owner: raw.owner,
    property: {
      dataset: raw.property.dataset,
      project: raw.property.project ?? null,
      timeZone: raw.property.time_zone,
      start: raw.property.start ?? null,
    },
    families: raw.families.map(buildFamily),
    schedule: raw.schedule ?? null,
    lookbackDays: raw.lookback,
    lateAfterMs: raw.late_after,
    retentionDays: raw.retention ?? null,
    schema: raw.schema,
    columns: raw.columns,
    filter: raw.filter.map(buildCondition),
    maxRead: raw.max_read,
    file,
  };
}

function buildFamily(raw: PipelineFile["families"][number]): PipelineFamily {
  const { shards, duplicates } = families[raw.family];
  const wanted = raw.shards ?? shardKinds;
  return {
    family: raw.family,
    table: raw.table,
    shards: shardKinds.filter((kind) => kind in shards && wanted.includes(kind)),
    duplicates: raw.duplicates ?? duplicates,
    keepDuplicates: raw.keep_duplicates,
  };
}

function buildCondition(raw: PipelineFile["filter"][number]): FilterCondition {
  return { path: raw.column, ...buildTest(raw) };
}

/** Exactly one test is given: the rule `conditionsHaveOneTest` stands before. */
function buildTest(raw: PipelineFile["filter"][number]): FilterTest {
  if (raw.equals !== undefined) return { test: "equals", value: raw.equals };
  if (raw.in !== undefined) return { test: "in", values: raw.in };
  if (raw.not_in !== undefined) return { test: "not_in", values: raw.not_in };
  if (raw.exists !== undefined) return { test: "exists", exists: raw.exists };
  return { test: "starts_with", prefix: raw.starts_with ?? "" };
}
