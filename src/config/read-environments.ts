import { resolve } from "node:path";
import type { Issue } from "./issue.ts";
import { buildMissingIssue } from "./missing-issue.ts";
import { type ParsedEnvironment, parseEnvironment } from "./parse-environment.ts";
import { parseConfigName } from "./parse-names.ts";
import { listYamlFiles, readTextFile } from "./read-files.ts";
import { showValue } from "./show-value.ts";
import type { Environment } from "./types.ts";

const folder = "environments";

/** One environment by its name, its paths absolute. */
export async function readEnvironment(root: string, name: string): Promise<ParsedEnvironment> {
  const listing = await listYamlFiles(root, folder);
  if (!listing.names.includes(name))
    return {
      environment: null,
      issues: [buildMissingIssue({ root, folder, what: "environment" }, name, listing)],
    };
  return readListed(root, name);
}

/** Every environment below the configuration's folder. */
export async function readEnvironments(
  root: string,
): Promise<{ environments: Environment[]; issues: Issue[] }> {
  const listing = await listYamlFiles(root, folder);
  const read = await Promise.all(listing.names.map((name) => readListed(root, name)));
  const environments = read.flatMap(({ environment }) => (environment === null ? [] : [environment]));
  return { environments, issues: [...listing.issues, ...read.flatMap(({ issues }) => issues)] };
}

async function readListed(root: string, name: string): Promise<ParsedEnvironment> {
  const read = await readTextFile(root, folder, name);
  if (!("text" in read)) return { environment: null, issues: [read] };
  const named = parseConfigName(name);
  if ("problem" in named) {
    const { failed, rule, remedy } = named.problem;
    const place = { file: read.file, line: null, column: null };
    const issue = { ...place, failed: `the file's name ${failed}`, rule, received: showValue(name), remedy };
    return { environment: null, issues: [issue] };
  }
  return parseEnvironment(read.text, { file: read.file, name, root: resolve(root) });
}
