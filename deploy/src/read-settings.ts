import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Issue } from "../../src/config/issue.ts";
import { locateFindings } from "../../src/config/locate-findings.ts";
import { buildMissingIssue } from "../../src/config/missing-issue.ts";
import { parseDraft } from "../../src/config/parse-draft.ts";
import { parseYaml } from "../../src/config/parse-yaml.ts";
import { listYamlFiles, readTextFile } from "../../src/config/read-files.ts";
import { toError } from "../../src/config/render-issues.ts";
import { settingsRules } from "./settings-rules.ts";
import { type SettingsDraft, type SettingsFile, settingsSchema } from "./settings-schema.ts";

const folder = "settings";
const root = fileURLToPath(new URL("..", import.meta.url));
const checkout = fileURLToPath(new URL("../..", import.meta.url));

/** What the app makes, for one environment. */
export interface Settings extends SettingsFile {
  /** The settings file's name. */
  environment: string;
}

/**
 * Reads `settings/<environment>.yaml`. Throws one error of code `config` with everything that is wrong with it, by
 * file and line.
 * @param from folder that holds `settings/`; this package's own unless it is given
 */
export async function readSettings(environment: string, from = root): Promise<Settings> {
  const listing = await listYamlFiles(from, folder);
  if (!listing.names.includes(environment)) {
    const missing = buildMissingIssue({ root: from, folder, what: "environment" }, environment, listing);
    throw toError([{ ...missing, rule: "settings are files deploy/settings/<environment>.yaml" }]);
  }
  const read = await readTextFile(from, folder, environment);
  if (!("text" in read)) throw toError([read]);
  // Files are named as seen from the checkout, where commands are typed; the app runs in its own folder.
  const file = relative(checkout, read.file);
  const parsed = parseSettings(read.text, { environment, file: file.startsWith("..") ? read.file : file });
  if ("issues" in parsed) throw toError(parsed.issues);
  return parsed.settings;
}

/** @returns the settings, or everything that is wrong with them */
export function parseSettings(
  text: string,
  { environment, file }: { environment: string; file: string },
): { settings: Settings } | { issues: Issue[] } {
  const yaml = parseYaml(text, file);
  if ("issues" in yaml) return { issues: yaml.issues.map(nameExample) };
  const { draft, findings } = parseDraft(settingsSchema, yaml.value);
  const tied = settingsRules.flatMap((rule) => rule((draft ?? {}) as SettingsDraft));
  const issues = locateFindings([...findings, ...tied], file, yaml.locate);
  return issues.length > 0
    ? { issues: issues.map(nameExample) }
    : { settings: { ...(draft as SettingsFile), environment } };
}

/** The parsers are those of environment files, and send people to the page of these. */
function nameExample(issue: Issue): Issue {
  const remedy = issue.remedy
    .replace("docs/configuration.md, or from `shardlift init`", "deploy/settings/prod.yaml")
    .replace("docs/configuration.md", "deploy/settings/README.md");
  return { ...issue, remedy };
}
