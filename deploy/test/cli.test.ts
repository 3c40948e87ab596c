import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const deploy = fileURLToPath(new URL("..", import.meta.url));

/** `npm run cdk -- …`, without npm. */
function runCdk(args: readonly string[]): { status: number | null; said: string; output: string } {
  const output = mkdtempSync(join(tmpdir(), "shardlift-cdk-"));
  onTestFinished(() => rmSync(output, { recursive: true, force: true }));
  const cdk = join(deploy, "node_modules", ".bin", "cdk");
  const options = [...args, "--output", output, "--no-color"];
  const env = {
    ...process.env,
    NODE_OPTIONS: "",
    CDK_DISABLE_CLI_TELEMETRY: "true",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const { status, stdout, stderr } = spawnSync(cdk, options, { cwd: deploy, encoding: "utf8", env });
  return { status, said: `${stdout}${stderr}`, output };
}

test("cdk writes the example's template by this package's settings, and finds nothing to say", () => {
  const { status, said, output } = runCdk(["synth", "--quiet", "--strict"]);
  expect({ status, said: said.trim() }).toEqual({ status: 0, said: "" });
  const template = JSON.parse(readFileSync(join(output, "shardlift-prod.template.json"), "utf8"));
  expect(Object.keys(template.Outputs)).toEqual(["EnvironmentFile", "GooglePrincipals"]);
});

test("an environment without settings is told in words, without a stack trace", () => {
  const { status, said } = runCdk(["synth", "--quiet", "-c", "environment=prd"]);
  expect(status).not.toBe(0);
  expect(said).toMatch(/there is no such environment\n {2}rule: .*\n {2}received: "prd"\n {2}to do: .*prod/);
  expect(said).not.toMatch(/^\s+at /m);
});
