import type { Environment } from "../../config/types.ts";
import type { DeployRun, PlacePlan } from "../../deploy/types.ts";
import { scriptPrefix } from "../../lake/keys.ts";
import { readScriptIndex } from "../../lake/script-index.ts";
import { formatPlural } from "../../plan/format.ts";
import type { ObjectStore, Script } from "../../ports.ts";
import { pushScript } from "../../tasks/push-script.ts";
import { findScriptFolders } from "../build-glue.ts";
import { buildStore } from "../wiring.ts";

/** The Glue script beside the rest of a deployment. */
export interface ScriptStep {
  plan: PlacePlan;
  apply(run: DeployRun): Promise<void>;
}

/** @returns null where the environment's engine has no script. Rejects with `config` where modules are not at hand. */
export async function openScriptStep(
  environment: Environment,
  again: DeployRun["again"],
  env: NodeJS.ProcessEnv,
): Promise<ScriptStep | null> {
  if (environment.engine.type !== "glue") return null;
  const { readScript } = await import("../../adapters/glue/read-script.ts");
  const store = await buildStore(environment, again);
  return buildScriptStep(store, await readScript(findScriptFolders(env)));
}

export async function buildScriptStep(store: ObjectStore, script: Script): Promise<ScriptStep> {
  return {
    plan: await planScript(store, script),
    async apply(run) {
      run.signal.throwIfAborted();
      // Objects that are there are left, so it may be asked again as a whole.
      const pushed = await run.again(() => pushScript(store, script));
      if (pushed.length > 0) run.report(`script: ${formatPlural(pushed.length, "object")} put`);
    },
  };
}

/** One row: its objects stand under their hash and change together. */
async function planScript(store: ObjectStore, script: Script): Promise<PlacePlan> {
  const index = await readScriptIndex(store, script.digest);
  const name = scriptPrefix(script.digest);
  if (index !== null) {
    const bytes = index.files.reduce((sum, file) => sum + file.bytes, 0);
    return { part: "script", changes: [{ name, change: "same", bytes }], isInStep: true };
  }
  // Read here, so that a missing module is told before anything is put.
  const files = await script.readFiles();
  const bytes = files.reduce((sum, { body }) => sum + body.length, 0);
  return { part: "script", changes: [{ name, change: "new", bytes }], isInStep: false };
}
