import type { Names, RoleName } from "./names.ts";
import type { Settings } from "./read-settings.ts";

/** Roles that read BigQuery, as Google sees them (docs/bigquery.md): a session's ARN without the session's name. */
export function listGooglePrincipals(settings: Settings, names: Names): string[] {
  const { account, runner, airflow, glue } = settings;
  const own: RoleName[] = [
    ...(runner === undefined ? [] : ["command" as const]),
    ...(glue === undefined ? [] : ["glue" as const]),
  ];
  const workers = runner === undefined && airflow !== undefined ? [airflow.role.split("/").at(-1)!] : [];
  return [...own.map((role) => names.roles[role]), ...workers].map(
    (role) => `arn:${names.partition}:sts::${account}:assumed-role/${role}`,
  );
}
