/**
 * Runs the CDK's command line on what stands in `deploy/`.
 * usage: npm run cdk -- synth|diff|deploy [-c environment=prod]
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { installDeployPackages } from "./testing/deploy-packages.ts";

const fault = installDeployPackages();
if (fault !== null) {
  console.error(`cdk cannot run here: ${fault}; the lines above say why`);
  process.exit(64);
}
// It reads the folder that it is started in, asks people before it deploys, and ends by their Ctrl-C itself.
const args = [join("node_modules", "aws-cdk", "bin", "cdk"), ...process.argv.slice(2)];
const env = { CDK_DISABLE_CLI_TELEMETRY: "true", ...process.env };
const { status } = spawnSync(process.execPath, args, { cwd: "deploy", stdio: "inherit", env });
process.exitCode = status ?? 1;
