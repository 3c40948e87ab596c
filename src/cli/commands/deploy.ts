import { applyConfig, applyDags } from "../../deploy/apply.ts";
import { findDeployedDigest } from "../../deploy/find-deployed-digest.ts";
import { planConfig } from "../../deploy/plan-config.ts";
import { planDags } from "../../deploy/plan-dags.ts";
import type { DeployRun, PlacePlan } from "../../deploy/types.ts";
import { exitCodes } from "../../errors.ts";
import { createClock } from "../clock.ts";
import { openScriptStep } from "../deploy/deploy-script.ts";
import { openPlace } from "../deploy/open-place.ts";
import { dagManifestName } from "../deploy/read-dag-files.ts";
import { type Deployment, readDeployment } from "../deploy/read-deployment.ts";
import { describeDeploy, listChanges, renderDeploy } from "../deploy/render-deploy.ts";
import type { Io } from "../io.ts";
import { withConfig } from "../open-config.ts";
import { createPaint } from "../paint.ts";
import { listenForSignals } from "../signals.ts";
import { createAgain } from "../wiring.ts";

interface DeployFlags {
  environment: string;
  config?: string;
  dryRun?: boolean;
  verbose?: boolean;
  json?: boolean;
}

/** `shardlift deploy`: brings configuration, Glue script and DAGs of an environment to S3; puts what differs, no more. */
export function run(flags: DeployFlags, io: Io): Promise<number> {
  return withConfig(flags, io, async ({ root }) => {
    const signals = listenForSignals();
    try {
      const deployment = await readDeployment(root, flags.environment, io.env);
      return await deploy(deployment, flags, io, signals.signal);
    } finally {
      signals.stop();
    }
  });
}

async function deploy(
  deployment: Deployment,
  flags: DeployFlags,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const again = createAgain({ ...deployment, clock: createClock(null), signal });
  const { plans, apply } = await planDeployment(deployment, again, io.env);
  const isInStep = plans.every((plan) => plan.isInStep);
  if (!flags.json) await showPlan(plans, deployment, flags, io);
  const outcome = isInStep ? "nothing changed" : flags.dryRun ? "dry run" : "done";
  if (outcome === "done") {
    await apply({ again, signal, report: (text) => void io.stderr.write(`${text}\n`) });
  }
  if (flags.json) io.stdout.write(`${JSON.stringify(buildLine(plans, deployment, outcome))}\n`);
  else if (outcome === "done") io.stdout.write("Deployed.\n");
  return exitCodes.done;
}

/** Plans of all parts, in the order in which they are applied: what is named is there before what names it. */
async function planDeployment(
  { environment, places, config, dags }: Deployment,
  again: DeployRun["again"],
  env: NodeJS.ProcessEnv,
): Promise<{ plans: PlacePlan[]; apply(run: DeployRun): Promise<void> }> {
  const dagStore = await openPlace(places.dags, places.region, again, env);
  const configStore = await openPlace(places.config, places.region, again, env);
  const dagsPlan = await planDags(dagStore, dags);
  const manifest = dagsPlan.there.get(dagManifestName)?.body ?? null;
  const deployedDigest = findDeployedDigest(manifest, places.config);
  const configPlan = await planConfig(configStore, { ...config, deployedDigest });
  const script = await openScriptStep(environment, again, env);
  return {
    plans: [configPlan, ...(script === null ? [] : [script.plan]), dagsPlan],
    async apply(run) {
      await applyConfig(configStore, configPlan, run);
      await script?.apply(run);
      await applyDags(dagStore, dagsPlan, run);
    },
  };
}

async function showPlan(
  plans: readonly PlacePlan[],
  { config }: Deployment,
  flags: DeployFlags,
  io: Io,
): Promise<void> {
  const paint = createPaint(io.stdout, io.env);
  io.stdout.write(await renderDeploy(plans, { paint, all: flags.verbose ?? false }));
  io.stdout.write(`${describeDeploy(plans, config.url)}\n`);
}

function buildLine(plans: readonly PlacePlan[], { environment, config }: Deployment, outcome: string) {
  return { outcome, environment: environment.name, config: config.url, changes: listChanges(plans) };
}
