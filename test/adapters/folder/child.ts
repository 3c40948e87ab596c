/**
 * What other processes do in the folder's tests: `node child.ts <root> <what> [...]`. Says `ready` and waits for a
 * line on stdin where it takes part in a race; its last line is its result as JSON.
 */
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createFolderStore } from "../../../src/adapters/folder/folder-store.ts";
import { createMutex } from "../../../src/adapters/folder/mutex.ts";
import type { ShardliftError } from "../../../src/errors.ts";
import { commitGeneration } from "../../../src/lake/commit.ts";
import { readHead } from "../../../src/lake/heads.ts";
import { buildCommit, bytes, day, family, pipeline, writeGeneration } from "../../lake/build.ts";

const [root = "", what = "", name = "", etag = ""] = process.argv.slice(2);
const store = createFolderStore({ root });

async function awaitStart(): Promise<void> {
  console.log("ready");
  await once(process.stdin, "data");
}

async function run(): Promise<unknown> {
  switch (what) {
    case "create":
      await awaitStart();
      return store.put("race/one key.json", bytes(name), { ifAbsent: true });
    case "replace":
      await awaitStart();
      return store.put("race/one key.json", bytes(name), { ifMatch: etag });
    case "count":
      await awaitStart();
      return count(Number(name));
    case "hold":
      return hold();
    case "try":
      return tryAll();
    case "commit":
      return commitOnce();
    default:
      throw new Error(`unknown: ${what}`);
  }
}

/** Adds one to a number in the lake, many times, against all others. */
async function count(times: number): Promise<number> {
  for (let done = 0; done < times; ) {
    const found = (await store.get("counter"))!;
    const next = Number(new TextDecoder().decode(found.body)) + 1;
    const result = await store.put("counter", bytes(String(next)), { ifMatch: found.etag });
    if (result.put) done += 1;
  }
  return times;
}

/** Takes the lock and keeps it until it is killed. */
async function hold(): Promise<never> {
  const folder = join(root, ".shardlift");
  mkdirSync(folder, { recursive: true });
  const clock = { now: () => Date.now(), sleep: async () => {} };
  return createMutex({ folder, clock, waitMs: 0 })("a test", async () => {
    console.log("held");
    for (;;) await new Promise((resolve) => setTimeout(resolve, 60_000));
  });
}

/** Tries what changes a lake; gives codes and remedies of the errors. */
async function tryAll(): Promise<unknown> {
  const tries = [() => store.put("new", bytes("x"), { ifAbsent: true }), () => store.remove(["a"])];
  const explain = (error: ShardliftError) => [error.code, error.retryable, error.parts.received];
  return Promise.all(tries.map((attempt) => attempt().then(() => "done", explain)));
}

async function commitOnce(): Promise<unknown> {
  const before = await readHead(store, pipeline, family, day);
  const report = await writeGeneration(store, name);
  await awaitStart();
  const outcome = await commitGeneration(
    buildCommit(store, before, report, { startedAtMs: await store.now() }),
  );
  return outcome.outcome === "lost" ? { lost: outcome.winner?.generation } : { [outcome.outcome]: name };
}

console.log(JSON.stringify(await run()));
process.exit(0);
