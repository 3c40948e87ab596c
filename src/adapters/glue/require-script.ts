import { ShardliftError } from "../../errors.ts";
import { readScriptIndex, type ScriptIndex } from "../../lake/script-index.ts";
import type { ObjectStore } from "../../ports.ts";

export interface PushedScript {
  store: ObjectStore;
  scriptDigest: string;
}

/** What was pushed of this release's script; rejects with `config` where it was not. */
export async function requireScript({ store, scriptDigest }: PushedScript): Promise<ScriptIndex> {
  const index = await readScriptIndex(store, scriptDigest);
  if (index !== null) return index;
  throw new ShardliftError("config", {
    failed: "This release's script is not in the lake.",
    rule: "jobs run a script that was pushed under its own hash",
    received: `nothing under _scripts/${scriptDigest}/ in ${store.location}`,
    remedy: "run `shardlift push-script`, then `shardlift ensure-job`",
  });
}
