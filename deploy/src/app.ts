/**
 * What `cdk` runs: reads `settings/<environment>.yaml` and writes the stack's template.
 * usage: npm run cdk -- synth|diff|deploy [-c environment=prod]
 */
import { fileURLToPath } from "node:url";
import { App, Validations } from "aws-cdk-lib/core";
import { AwsSolutionsChecks } from "cdk-nag";
import { reportFailure } from "../../src/cli/fail.ts";
import { buildApp } from "./build-app.ts";
import { readSettings } from "./read-settings.ts";

// The CLI names places from this package; programs of the checkout start at its root.
process.chdir(fileURLToPath(new URL("..", import.meta.url)));

/** The CLI gives its context to whatever app is made. */
function readEnvironmentName(): string {
  return String(new App({ autoSynth: false }).node.tryGetContext("environment") ?? "prod");
}

try {
  const { app } = buildApp(await readSettings(readEnvironmentName()));
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
} catch (error) {
  process.exitCode = reportFailure(error, process);
}
