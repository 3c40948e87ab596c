import type { GrantPlace } from "./permissions.ts";

const texts = [
  /\bproject (\S+) (?:has not enabled BigQuery|(?:was |is )?not found|does not exist)/i,
  /\bNot found: Project (\S+)/i,
];

/** Project that Google says is not there, or has no BigQuery; null: it says nothing of that kind. */
export function readMissingProject(text: string): string | null {
  for (const form of texts) {
    const [, name] = form.exec(text) ?? [];
    if (name !== undefined) return name.replace(/[.,;:'"]+$/, "");
  }
  return null;
}

/** The one that is billed and the one that holds the datasets are named in different files. */
export function renderProjectRemedy(name: string, { project, billed }: GrantPlace): string {
  const what = "the project's id, as the console shows it";
  if (name === project && name === billed)
    return `correct source.project in the environment, or property.project in the pipeline: ${what}`;
  if (name === project) return `correct property.project in the pipeline: ${what}`;
  return `correct source.project in the environment, which is the project that is billed: ${what}`;
}
