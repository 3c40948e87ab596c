import {
  ArnPrincipal,
  CompositePrincipal,
  type IPrincipal,
  type IRole,
  ManagedPolicy,
  Policy,
  type PrincipalBase,
  Role,
  ServicePrincipal,
} from "aws-cdk-lib/aws-iam";
import type { Stack } from "aws-cdk-lib/core";
import { acknowledgeStars } from "./acknowledge.ts";
import { buildArn, type Names, type RoleName } from "./names.ts";
import { buildAirflowStatements } from "./policies/airflow.ts";
import { checkLength } from "./policies/check-length.ts";
import { buildCommandStatements } from "./policies/command.ts";
import { buildDeployStatements } from "./policies/deploy.ts";
import { buildExecutionStatements } from "./policies/execution.ts";
import { buildCrawlerStatements, buildGlueStatements } from "./policies/glue.ts";
import type { PolicyInput } from "./policies/shared.ts";
import { buildSnowflakeStatements } from "./policies/snowflake.ts";
import { buildPolicyStatement, type Statement } from "./policies/statement.ts";
import type { Settings } from "./read-settings.ts";

/** Roles that tasks are made with; null where nothing runs on ECS. */
export interface TaskRoles {
  command: Role;
  execution: Role;
}

/** One role an actor, each with what its policy's statements say and nothing else. */
export function createRoles(stack: Stack, input: PolicyInput): TaskRoles | null {
  const { settings, names } = input;
  const glue = new ServicePrincipal("glue.amazonaws.com");
  const roles = { stack, names };
  if (settings.glue !== undefined) createRole({ ...roles, role: "glue" }, glue, buildGlueStatements(input));
  if (settings.catalog?.crawler)
    createRole({ ...roles, role: "crawler" }, glue, buildCrawlerStatements(input));
  if (settings.snowflake !== undefined) {
    createRole(
      { ...roles, role: "snowflake" },
      trustSnowflake(settings, names),
      buildSnowflakeStatements(input),
    );
  }
  const deployers = new CompositePrincipal(...settings.deployers.map((arn) => new ArnPrincipal(arn)));
  createRole({ ...roles, role: "deploy" }, deployers, buildDeployStatements(input));
  const task = settings.runner === undefined ? null : createTaskRoles(roles, input);
  const airflow = findAirflow(stack, settings);
  createPolicy(roles, "command", buildCommandStatements(input), findCommandRoles(task, airflow));
  if (airflow !== null) createPolicy(roles, "airflow", buildAirflowStatements(input), [airflow]);
  return task;
}

/** Where no task runs the commands, Airflow's workers do. */
function findCommandRoles(task: TaskRoles | null, airflow: IRole | null): IRole[] {
  if (task !== null) return [task.command];
  return airflow === null ? [] : [airflow];
}

/** Airflow's own role is somebody else's: it is given a policy, and nothing of it is changed. */
function findAirflow(stack: Stack, { airflow }: Settings): IRole | null {
  return airflow === undefined ? null : Role.fromRoleArn(stack, "AirflowRole", airflow.role);
}

interface Place {
  stack: Stack;
  names: Names;
}

function createTaskRoles(place: Place, input: PolicyInput): TaskRoles {
  const { settings, names } = input;
  const tasks = new ServicePrincipal("ecs-tasks.amazonaws.com", {
    conditions: {
      StringEquals: { "aws:SourceAccount": settings.account },
      ArnLike: { "aws:SourceArn": buildArn(settings, names, "ecs", "*") },
    },
  });
  return {
    command: createRole({ ...place, role: "command" }, tasks, []),
    execution: createRole({ ...place, role: "execution" }, tasks, buildExecutionStatements(input)),
  };
}

/**
 * Snowflake makes the other half of the trust when its integration is made, and IAM wants one at once: until then
 * nobody but this account comes in, by an external id that stands for nobody.
 */
function trustSnowflake({ snowflake, account }: Settings, { partition }: Names): PrincipalBase {
  const user = snowflake?.user ?? `arn:${partition}:iam::${account}:root`;
  const externalId = snowflake?.external_id ?? "0000";
  return new ArnPrincipal(user).withConditions({ StringEquals: { "sts:ExternalId": externalId } });
}

function createRole(
  { stack, names, role }: Place & { role: RoleName },
  assumedBy: IPrincipal,
  statements: readonly Statement[],
): Role {
  const made = new Role(stack, `${title(role)}Role`, {
    roleName: names.roles[role],
    description: `Shardlift: ${role}`,
    assumedBy,
  });
  if (statements.length === 0) return made;
  checkLength(names.roles[role], "inline", statements);
  const policy = new Policy(stack, `${title(role)}Policy`, {
    policyName: names.roles[role],
    roles: [made],
    statements: statements.map(buildPolicyStatement),
  });
  acknowledgeStars(policy, statements);
  return made;
}

/** A policy by itself: roles that are made elsewhere can be given it too. */
function createPolicy(
  { stack, names }: Place,
  name: "command" | "airflow",
  statements: readonly Statement[],
  roles: readonly IRole[],
): void {
  checkLength(`${names.base}-${name}`, "managed", statements);
  const policy = new ManagedPolicy(stack, `${title(name)}Rights`, {
    managedPolicyName: `${names.base}-${name}`,
    description: `Shardlift: ${name}`,
    statements: statements.map(buildPolicyStatement),
    roles: [...roles],
  });
  acknowledgeStars(policy, statements);
}

function title(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1);
}
