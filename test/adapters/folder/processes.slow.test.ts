import { chmod, mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createFolderStore } from "../../../src/adapters/folder/folder-store.ts";
import { readHead } from "../../../src/lake/heads.ts";
import type { Clock, PutResult } from "../../../src/ports.ts";
import { bytes, commit, day, family, pipeline, readAll, readGenerations } from "../../lake/build.ts";
import { canBeOrdinary, killHard, race, startChild, startOrdinaryChild } from "./processes.ts";

const timeoutMs = 60_000;

async function createRoot(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), "shardlift-")), "the läke");
}

/** A clock on which waiting takes no time. */
function createFastClock(): Clock {
  let nowMs = Date.now();
  return {
    now: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms;
    },
  };
}

describe("against other processes", { timeout: timeoutMs }, () => {
  test("of twenty that create one key one wins, and of six that replace it", async () => {
    const root = await createRoot();
    const store = createFolderStore({ root });
    const racers = Array.from({ length: 20 }, (_, index) => index);
    const created = await race<PutResult>(racers.map((index) => [root, "create", `created ${index}`]));
    const winner = created.findIndex((result) => result.put);
    expect(created.filter((result) => result.put)).toHaveLength(1);
    const first = (await store.get("race/one key.json"))!;
    expect(new TextDecoder().decode(first.body)).toBe(`created ${winner}`);

    const replaced = await race<PutResult>(
      racers.slice(0, 6).map((index) => [root, "replace", `replaced ${index}`, first.etag]),
    );
    expect(replaced.filter((result) => result.put)).toHaveLength(1);
    expect(await readAll(store)).toEqual({
      "race/one key.json": `replaced ${replaced.findIndex((result) => result.put)}`,
    });
    expect(await readdir(join(root, ".shardlift", "temporary"))).toEqual([]);
  });

  test("no update is lost where four count up one number", async () => {
    const root = await createRoot();
    const store = createFolderStore({ root });
    await store.put("counter", bytes("0"), { ifAbsent: true });
    await race(Array.from({ length: 4 }, () => [root, "count", "25"]));
    expect(await readAll(store)).toEqual({ counter: "100" });
  });

  test("a lock that is held too long is reported with who holds it, and kill -9 frees it", async () => {
    const root = await createRoot();
    const store = createFolderStore({ root, clock: createFastClock(), lockWaitMs: 500 });
    await store.put("a", bytes("before"), { ifAbsent: true });
    const holder = startChild(root, "hold");
    expect(await holder.line()).toBe("held");

    await expect(store.put("b", bytes("x"), { ifAbsent: true })).rejects.toMatchObject({
      code: "outside",
      retryable: true,
      parts: {
        failed: "The lake is locked by another process for more than 500 ms.",
        received: expect.stringMatching(
          new RegExp(`^held by process ${holder.process.pid} on .* for a test$`),
        ),
      },
    });
    await expect(store.remove(["a"])).rejects.toMatchObject({ code: "outside", retryable: true });
    // Readers never wait.
    expect(await readAll(store)).toEqual({ a: "before" });

    await killHard(holder);
    expect((await store.put("b", bytes("x"), { ifAbsent: true })).put).toBe(true);
    expect(await readdir(join(root, ".shardlift", "temporary"))).toEqual([]);
  });

  test("two commits of one day: one wins, the other says who won and leaves nothing behind", async () => {
    for (const had of [false, true]) {
      const root = await createRoot();
      const store = createFolderStore({ root });
      if (had) await commit(store, "g1");
      const [left, right] = await race<Record<string, string>>([
        [root, "commit", "g2"],
        [root, "commit", "g3"],
      ]);
      const winner = left!.committed ?? right!.committed!;
      expect([left, right]).toContainEqual({ lost: winner });
      const all = had ? ["g1", winner] : [winner];
      expect(await readGenerations(store)).toEqual({
        data: all,
        manifests: all,
        duplicates: [],
        history: all,
        current: winner,
      });
      expect((await readHead(store, pipeline, family, day))!.head.generation).toBe(winner);
      expect((await readdir(join(root, pipeline, family, `day=${day}`))).sort()).toEqual(
        all.map((generation) => `generation=${generation}`),
      );
    }
  });

  test("a process says nothing on stderr: no warning of experimental parts", async () => {
    const root = await createRoot();
    const child = startChild(root, "create", "x");
    await child.line();
    child.process.stdin!.write("go\n");
    await child.line();
    expect(child.stderr()).toBe("");
    expect(await readFile(join(root, "race/one key.json"), "utf8")).toBe("x");
  });
});

describe.skipIf(!canBeOrdinary)("without the right to write (skipped where only root can run this)", () => {
  /** A lake with one object, as the folder's owner sees it; `modes` are set from the root downwards. */
  async function createClosed(modes: Record<string, number>): Promise<string> {
    const root = await createRoot();
    const store = createFolderStore({ root });
    await store.put("a", bytes("x"), { ifAbsent: true });
    await chmod(join(root, ".."), 0o755);
    for (const [path, mode] of Object.entries(modes)) await chmod(join(root, path), mode);
    return root;
  }

  const refused = ["outside", false, expect.stringContaining("EACCES")];

  test.each([
    ["anywhere in the lake", { "": 0o555, ".shardlift": 0o555, ".shardlift/temporary": 0o555 }],
    // SQLite would begin a transaction that locks nobody out.
    [
      "the lock alone",
      { "": 0o777, ".shardlift": 0o777, ".shardlift/temporary": 0o777, ".shardlift/lock.sqlite": 0o444 },
    ],
  ])("%s, every change is refused with the reason, and nothing changes", async (_, modes) => {
    const root = await createClosed(modes);
    const child = startOrdinaryChild(root, "try");
    expect(JSON.parse(await child.line())).toEqual([refused, refused]);
    expect(await readAll(createFolderStore({ root }))).toEqual({ a: "x" });
  });
});
