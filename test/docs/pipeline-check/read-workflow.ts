import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

export interface Step {
  name?: string;
  id?: string;
  if?: string;
  uses?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
  run?: string;
}

export interface Job {
  permissions: Record<string, string>;
  needs?: string;
  if?: string;
  outputs?: Record<string, string>;
  "timeout-minutes": number;
  steps: Step[];
}

export interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  defaults: { run: { shell: string } };
  jobs: { review: Job; comment: Job };
}

export const workflowText = readFileSync(
  fileURLToPath(new URL("../../../docs/workflows/pipeline-check.yml", import.meta.url)),
  "utf8",
);

export const workflow = parse(workflowText) as Workflow;

/** Values of the expressions that a test may meet; any other one is an error, so that a new one is thought of. */
export type Expressions = Record<string, string>;

/** Puts values in place of `${{ … }}`. */
export function evaluate(text: string, values: Expressions): string {
  return text.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => {
    const value = values[expression];
    if (value === undefined) throw new Error(`no value for ${expression}`);
    return value;
  });
}

/** The step of a job that has this name. */
export function findStep(job: Job, name: string): Step & { run: string } {
  const step = job.steps.find((candidate) => candidate.name === name);
  if (step?.run === undefined) throw new Error(`no step ${name} that runs anything`);
  return step as Step & { run: string };
}
