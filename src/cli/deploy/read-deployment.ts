import { buildConfigDigest, type ConfigFile } from "../../config/config-digest.ts";
import { readConfigFiles } from "../../config/read-config-files.ts";
import { readEnvironment } from "../../config/read-environments.ts";
import { readPipelines } from "../../config/read-pipelines.ts";
import { toError } from "../../config/render-issues.ts";
import type { Environment, Pipeline } from "../../config/types.ts";
import { buildDagManifest } from "../../dags/build-dag-manifest.ts";
import type { DeployFile } from "../../deploy/types.ts";
import { readVersionText } from "../version.ts";
import { type DeployPlaces, findPlaces } from "./find-places.ts";
import { dagManifestName, dagsFolder, readDagFiles } from "./read-dag-files.ts";

/** All that an environment is deployed as, from files that are all right. */
export interface Deployment {
  environment: Environment;
  places: DeployPlaces;
  config: { files: ConfigFile[]; digest: string; url: string };
  /** In the order in which they are put: the manifest, which all others are there for, comes last. */
  dags: DeployFile[];
}

/** @throws ShardliftError `config` with every problem of the environment and of any pipeline */
export async function readDeployment(
  root: string,
  name: string,
  env: NodeJS.ProcessEnv,
): Promise<Deployment> {
  const { environment, issues } = await readEnvironment(root, name);
  if (environment === null) throw toError(issues);
  const { pipelines, issues: faults } = await readPipelines(root, environment);
  if (faults.length > 0) throw toError(faults);
  const places = findPlaces(environment, env);
  const files = await readConfigFiles(root, name);
  const digest = buildConfigDigest(files);
  const url = `${places.config}${digest}/`;
  const manifest = renderManifest(pipelines, environment, url);
  const dags = [...(await readDagFiles(dagsFolder)), { name: dagManifestName, body: manifest }];
  return { environment, places, config: { files, digest, url }, dags };
}

/** As `compile` writes it, but for the configuration, which is the one that is deployed with it. */
function renderManifest(
  pipelines: readonly Pipeline[],
  environment: Environment,
  config: string,
): Uint8Array {
  const { orchestration } = environment;
  const runner = { ...orchestration.runner, config };
  const named = { ...environment, orchestration: { ...orchestration, runner } };
  const manifest = buildDagManifest(pipelines, named, readVersionText());
  return new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);
}
