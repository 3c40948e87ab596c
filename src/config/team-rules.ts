import type { EnvironmentDraft, EnvironmentRule } from "./environment-draft.ts";
import type { Finding, Issue } from "./issue.ts";
import { locateFindings } from "./locate-findings.ts";
import type { ParsedPipeline } from "./parse-pipeline.ts";
import { showValue } from "./show-value.ts";
import { renderChoice } from "./suggest.ts";
import type { Environment, Team } from "./types.ts";

/** Two lists of one team would leave open which of them holds. */
function ownersAreNamedOnce({ teams }: EnvironmentDraft): Finding[] {
  const owners = (teams ?? []).map((team) => team?.owner);
  return owners.flatMap((owner, index): Finding[] => {
    if (owner === undefined || owners.indexOf(owner) === index) return [];
    return [
      {
        path: ["teams", index, "owner"],
        at: "value",
        failed: "is named twice",
        rule: "each team has one list of schemas",
        received: showValue(owner),
        remedy: `put its schemas into teams[${owners.indexOf(owner)}]`,
      },
    ];
  });
}

export const teamRules: readonly EnvironmentRule[] = [ownersAreNamedOnce];

/** Whether the pipeline is one of a team of the environment, and writes to that team's schemas alone. */
export function checkTeams(parsed: ParsedPipeline, environment: Environment): Issue[] {
  const { owner } = parsed.draft;
  if (environment.teams.length === 0 || owner === undefined) return [];
  const team = environment.teams.find((candidate) => candidate.owner === owner);
  const findings =
    team === undefined ? [buildStranger(owner, environment)] : findForeignSchemas(parsed, team, environment);
  return locateFindings(findings, parsed.file, parsed.locate);
}

function buildStranger(owner: string, { file, teams }: Environment): Finding {
  const owners = teams.map((team) => team.owner);
  return {
    path: ["owner"],
    at: "value",
    failed: "is no team of the environment",
    rule: `teams of ${file} says who may have pipelines there`,
    received: showValue(owner),
    remedy: `${renderChoice(owner, owners)}; who keeps the environment adds a team`,
  };
}

/** Warehouses fold case, so `Analytics` is `analytics`. */
function findForeignSchemas({ draft }: ParsedPipeline, team: Team, { file }: Environment): Finding[] {
  const allowed = team.schemas.map((schema) => schema.toLowerCase());
  return (draft.families ?? []).flatMap((entry, index): Finding[] => {
    const { schema, table } = entry?.table ?? {};
    if (schema === undefined || allowed.includes(schema.toLowerCase())) return [];
    return [
      {
        path: ["families", index, "table"],
        at: "value",
        failed: "is in a schema that is not the team's",
        rule: `teams of ${file} lets ${showValue(team.owner)} write to ${team.schemas.join(", ")}`,
        received: showValue(`${schema}.${table}`),
        remedy: `write "${team.schemas[0]}.${table}"; who keeps the environment lets a team into another schema`,
      },
    ];
  });
}
