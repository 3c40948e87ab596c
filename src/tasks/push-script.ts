import { exitCodes, ShardliftError } from "../errors.ts";
import { scriptPrefix } from "../lake/keys.ts";
import {
  readScriptIndex,
  renderScriptIndex,
  type ScriptIndex,
  scriptIndexFormatVersion,
  scriptIndexKey,
} from "../lake/script-index.ts";
import { formatPlural } from "../plan/format.ts";
import type { ObjectStore, Script, ScriptFile } from "../ports.ts";
import type { TaskContext, TaskOutput } from "./context.ts";
import { buildTaskOutput } from "./output.ts";
import { retry } from "./retry.ts";

/** Puts the engine's script and its modules into the lake under the hash of all of it. */
export async function runPushScript(context: TaskContext): Promise<TaskOutput> {
  const { environment, ports, signal } = context;
  const { job, store, clock } = ports;
  if (job === undefined) {
    const reason = "the engine runs in this process: there is no script";
    return buildTaskOutput("push-script", context, exitCodes.nothing, { reason });
  }
  const script = await job.readScript();
  const pushed = await retry(() => pushScript(store, script), { policy: environment.retry, clock, signal });
  const exitCode = pushed.length === 0 ? exitCodes.nothing : exitCodes.done;
  const reason = `${formatPlural(pushed.length, "object")} put under ${scriptPrefix(script.digest)}`;
  return buildTaskOutput("push-script", context, exitCode, { script: script.digest, pushed, reason });
}

/**
 * Whoever pushes the same script at the same time puts the same bytes: objects that are there are left. The index
 * comes last, so that what reads it finds all of it.
 * @returns names of what was put; none where all was there
 */
export async function pushScript(store: ObjectStore, script: Script): Promise<string[]> {
  const sizes = await readSizes(store, script.digest);
  const known = await readScriptIndex(store, script.digest);
  if (known?.files.every(({ name, bytes }) => sizes.get(name) === bytes)) return [];
  const files = await script.readFiles();
  const pushed: string[] = [];
  for (const file of files) {
    const size = sizes.get(file.name);
    if (size !== undefined) checkSize(file, size, script.digest);
    else if (await putFile(store, script.digest, file)) pushed.push(file.name);
  }
  const index = buildIndex(script.digest, files);
  const { put } = await store.put(scriptIndexKey(script.digest), renderScriptIndex(index), {
    ifAbsent: true,
  });
  return put ? [...pushed, "index.json"] : pushed;
}

/** Bytes by name below the script's prefix. */
async function readSizes(store: ObjectStore, digest: string): Promise<Map<string, number>> {
  const prefix = scriptPrefix(digest);
  const sizes = new Map<string, number>();
  for await (const { key, bytes } of store.list(prefix)) sizes.set(key.slice(prefix.length), bytes);
  return sizes;
}

async function putFile(store: ObjectStore, digest: string, { name, body }: ScriptFile): Promise<boolean> {
  return (await store.put(`${scriptPrefix(digest)}${name}`, body, { ifAbsent: true })).put;
}

function checkSize({ name, body }: ScriptFile, size: number, digest: string): void {
  if (size === body.length) return;
  const key = `${scriptPrefix(digest)}${name}`;
  throw new ShardliftError("data", {
    failed: `Another content stands under ${key}; the script was not pushed.`,
    rule: "A script's objects stand under the hash of their content, and are never changed.",
    received: `${size} bytes instead of ${body.length}`,
    remedy: `Find out who writes into \`_scripts/\`, remove ${key} and run again: only who deploys may write there.`,
  });
}

function buildIndex(digest: string, files: readonly ScriptFile[]): ScriptIndex {
  const pick = (role: ScriptFile["role"]) =>
    files.filter((file) => file.role === role).map(({ name }) => name);
  return {
    formatVersion: scriptIndexFormatVersion,
    digest,
    script: pick("script")[0]!,
    archive: pick("archive")[0]!,
    wheels: pick("wheel"),
    files: files.map(({ name, body }) => ({ name, bytes: body.length })),
  };
}
