import { App, CfnOutput, Stack } from "aws-cdk-lib/core";
import flags from "aws-cdk-lib/recommended-feature-flags.json" with { type: "json" };
import { addCostTags } from "./cost-tags.ts";
import { createAlerts } from "./create-alerts.ts";
import { createCatalog } from "./create-catalog.ts";
import { createLake } from "./create-lake.ts";
import { createRoles } from "./create-roles.ts";
import { createRunner } from "./create-runner.ts";
import { renderEnvironmentYaml } from "./environment-yaml.ts";
import { listGooglePrincipals } from "./google-principals.ts";
import { buildNames } from "./names.ts";
import type { Settings } from "./read-settings.ts";

const own = {
  // What CloudFormation's own schemas refuse is an error here already, not a warning.
  "@aws-cdk/core:validateAgainstDefaultRules": true,
  // A policy stands in the console as it stands here: a statement for each reason.
  "@aws-cdk/aws-iam:minimizePolicies": false,
};

/**
 * Everything that one environment needs in AWS, as one stack that is protected from being deleted.
 * @param options of the app; where templates go, for example
 */
export function buildApp(
  settings: Settings,
  options: ConstructorParameters<typeof App>[0] = {},
): { app: App; stack: Stack } {
  const app = new App({ ...options, context: { ...flags, ...own, ...options.context } });
  const names = buildNames(settings);
  const stack = new Stack(app, names.base, {
    env: { account: settings.account, region: settings.region },
    description: `Shardlift, environment ${settings.environment}`,
    terminationProtection: true,
  });
  fillStack(stack, settings);
  addCostTags(app, settings);
  return { app, stack };
}

function fillStack(stack: Stack, settings: Settings): void {
  const names = buildNames(settings);
  const { key } = createLake(stack, settings, names);
  createCatalog(stack, settings, names);
  const roles = createRoles(stack, { settings, names, keyArn: key?.keyArn ?? null });
  const runner =
    settings.runner === undefined || roles === null
      ? null
      : createRunner(stack, settings.runner, names, roles);
  createAlerts(stack, settings, names, runner);
  new CfnOutput(stack, "EnvironmentFile", {
    description: "Lines for the environment file",
    value: renderEnvironmentYaml(settings, names, runner?.securityGroupId ?? null),
  });
  new CfnOutput(stack, "GooglePrincipals", {
    description: "Roles that Google's workload identity federation lets in",
    value: listGooglePrincipals(settings, names).join(" "),
  });
}
