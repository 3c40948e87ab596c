import { join } from "node:path";
import { checkNeeds } from "./check-needs.ts";
import { findOverlaps } from "./find-overlaps.ts";
import type { Issue } from "./issue.ts";
import { buildMissingIssue } from "./missing-issue.ts";
import { type ParsedPipeline, parsePipeline } from "./parse-pipeline.ts";
import { type Listing, listYamlFiles, readTextFile } from "./read-files.ts";
import type { Environment, Pipeline } from "./types.ts";

const folder = "pipelines";

/**
 * Every pipeline below the configuration's folder, by name, and everything that is wrong with any of them.
 * @param environment checks also what pipelines ask of it; null checks them alone.
 * @param others checks also what pipelines ask of each of these, as its own commands would
 */
export async function readPipelines(
  root: string,
  environment: Environment | null,
  others: readonly Environment[] = [],
): Promise<{ pipelines: Pipeline[]; issues: Issue[] }> {
  const listing = await listYamlFiles(root, folder);
  const { parsed, issues } = await parseAll(root, listing);
  const environments = environment === null ? others : [environment, ...others];
  const found = [
    ...listing.issues,
    ...issues,
    ...findOverlaps(parsed),
    ...parsed.flatMap((one) => environments.flatMap((each) => checkNeeds(one, each))),
  ];
  const faulty = new Set(found.map((issue) => issue.file));
  return {
    pipelines: parsed.flatMap((one) => (one.pipeline && !faulty.has(one.file) ? [one.pipeline] : [])),
    issues: found,
  };
}

/**
 * One pipeline by its name. The others are read too, since sharing a table with one of them would mix rows;
 * what else is wrong with them is no matter here.
 */
export async function readPipeline(
  root: string,
  name: string,
  environment: Environment | null,
): Promise<{ pipeline: Pipeline | null; issues: Issue[] }> {
  const listing = await listYamlFiles(root, folder);
  if (!listing.names.includes(name))
    return { pipeline: null, issues: [buildMissingIssue({ root, folder, what: "pipeline" }, name, listing)] };
  // The one that is asked for comes last: overlaps are told in the later file.
  const names = [...listing.names.filter((other) => other !== name), name];
  const { parsed, issues } = await parseAll(root, { names, issues: [] });
  const file = join(root, folder, `${name}.yaml`);
  const own = parsed.find((one) => one.file === file);
  const needs = own === undefined || environment === null ? [] : checkNeeds(own, environment);
  const found = [...issues, ...findOverlaps(parsed), ...needs].filter((issue) => issue.file === file);
  return { pipeline: found.length === 0 ? (own?.pipeline ?? null) : null, issues: found };
}

async function parseAll(
  root: string,
  { names }: Listing,
): Promise<{ parsed: ParsedPipeline[]; issues: Issue[] }> {
  const files = await Promise.all(names.map((name) => readTextFile(root, folder, name)));
  const parsed = files.flatMap((file) =>
    "text" in file ? [parsePipeline(file.text, file.file, file.name)] : [],
  );
  const unreadable = files.flatMap((file) => ("text" in file ? [] : [file]));
  return { parsed, issues: [...unreadable, ...parsed.flatMap((one) => one.issues)] };
}
