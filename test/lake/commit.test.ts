import { describe, expect, test, vi } from "vitest";
import { createMemoryStore } from "../../src/adapters/memory/memory-store.ts";
import { ShardliftError } from "../../src/errors.ts";
import { commitGeneration } from "../../src/lake/commit.ts";
import { buildLostRaceError } from "../../src/lake/commit-outcome.ts";
import { readHead } from "../../src/lake/heads.ts";
import { duplicatesGenerationPrefix, generationPrefix, headKey } from "../../src/lake/keys.ts";
import { readManifest } from "../../src/lake/manifest.ts";
import { swapHead } from "../../src/lake/swap-head.ts";
import { markReached, releaseHead, rollBackHead } from "../../src/lake/transitions.ts";
import type { ObjectStore } from "../../src/ports.ts";
import {
  buildCommit,
  buildHeadOf,
  buildManifestOf,
  buildSource,
  bytes,
  commit,
  day,
  family,
  hourMs,
  keepMs,
  pipeline,
  readAll,
  readGenerations,
  writeGeneration,
} from "./build.ts";

function createWorld() {
  const clock = { ms: 1_000_000 };
  return { clock, store: createMemoryStore({ nowMs: () => clock.ms }) };
}

const pause = async () => {};
const noGeneration = { data: [], manifests: [], duplicates: [], history: [], current: null };
const onlyGeneration = (generation: string) => ({
  data: [generation],
  manifests: [generation],
  duplicates: [],
  history: [generation],
  current: generation,
});

describe("rule 1: one attempt, one generation", () => {
  test("a second report under the same id is not committed and harms nothing", async () => {
    const { store } = createWorld();
    await commit(store, "g1");
    const report = await writeGeneration(store, "g1", { checksum: "7" });
    const before = await readHead(store, pipeline, family, day);
    await expect(
      commitGeneration(buildCommit(store, before, report, { startedAtMs: 1e6 })),
    ).rejects.toMatchObject({
      code: "data",
      message: expect.stringContaining("written twice"),
    });
    expect((await readManifest(store, pipeline, family, day, "g1"))!.checksum).toBe("12345678901234567890");
    expect(await readGenerations(store)).toEqual(onlyGeneration("g1"));
  });

  test("files of another generation's folder cannot be reported", async () => {
    const { store } = createWorld();
    const other = await writeGeneration(store, "g1");
    await expect(commit(store, "g2", { report: { ...other, generation: "g2" } })).rejects.toMatchObject({
      code: "data",
    });
    expect((await readGenerations(store)).current).toBeNull();
  });

  test("an id that leads out of its folder is never committed", async () => {
    const { store } = createWorld();
    const report = await writeGeneration(store, "g1");
    const hostile = { ...report, generation: "x/../g1" };
    await expect(commitGeneration(buildCommit(store, null, hostile))).rejects.toMatchObject({ code: "data" });
  });
});

describe("rule 2: commit", () => {
  test("never writes a manifest that could not be read back", async () => {
    const { store } = createWorld();
    const report = await writeGeneration(store, "g1", { checksum: "NaN" });
    const input = buildCommit(store, null, report, { startedAtMs: 1e6 });
    await expect(commitGeneration(input)).rejects.toMatchObject({ code: "data" });
    expect(await readGenerations(store)).toMatchObject({ manifests: [], current: null });
  });

  test("writes the manifest and makes the generation current", async () => {
    const { store, clock } = createWorld();
    const outcome = await commit(store, "g1");
    const manifest = buildManifestOf("g1", { createdAtMs: clock.ms });
    const stored = (await readHead(store, pipeline, family, day))!;
    expect(outcome).toEqual({ outcome: "committed", stored, manifest });
    expect(await readManifest(store, pipeline, family, day, "g1")).toEqual(manifest);
    expect(stored.head).toMatchObject({
      generation: "g1",
      sequence: clock.ms,
      rows: { source: 10, written: 7 },
    });
  });

  test("takes over from the generation before, which stays whole", async () => {
    const { store } = createWorld();
    await commit(store, "g1");
    const kept = await readAll(store);
    await commit(store, "g2");
    const { [headKey(pipeline, family, day)]: _, ...rest } = kept;
    expect(await readAll(store)).toMatchObject(rest);
    expect((await readGenerations(store)).history).toEqual(["g1", "g2"]);
  });

  const key = `${generationPrefix(pipeline, family, day, "g1")}g1-00000.parquet`;
  const file = { key, bytes: 4, rows: 7 };
  const stray = `${generationPrefix(pipeline, family, day, "g1")}stray.parquet`;
  const strayDuplicates = `${duplicatesGenerationPrefix(pipeline, family, day, "g1")}stray.parquet`;
  const put = (at: string) => (store: ObjectStore) => store.put(at, bytes("?"), { ifAbsent: true });

  test.each([
    ["a file that nobody reported", put(stray), {}, "is not in the report"],
    ["removed rows that nobody reported", put(strayDuplicates), {}, "is not in the report"],
    ["a missing file", (store: ObjectStore) => store.remove([key]), {}, "is not below"],
    ["another size", pause, { files: [{ ...file, bytes: 5 }] }, "has 4 bytes, not 5"],
    ["a file named twice", pause, { files: [file, file] }, "named twice"],
    ["no file at all", (store: ObjectStore) => store.remove([key]), { files: [] }, "no file"],
  ])("refuses a folder with %s", async (_, spoil, over, message) => {
    const { store } = createWorld();
    const report = await writeGeneration(store, "g1", over);
    await spoil(store);
    await expect(
      commitGeneration(buildCommit(store, null, report, { startedAtMs: 1e6 })),
    ).rejects.toMatchObject({
      code: "data",
      message: expect.stringContaining(message),
    });
    expect(await readGenerations(store)).toMatchObject({ manifests: [], current: null });
  });

  const balance = buildManifestOf("g1").balance;

  test.each([
    ["rows that vanished", { balance: { ...balance, source: 11 } }, "11 source rows"],
    ["files with other rows than written", { files: [{ ...file, rows: 6 }] }, "6 in files, 7 written"],
  ])("refuses a report with %s", async (_, over, message) => {
    const { store } = createWorld();
    const report = await writeGeneration(store, "g1", over);
    await expect(
      commitGeneration(buildCommit(store, null, report, { startedAtMs: 1e6 })),
    ).rejects.toMatchObject({
      code: "balance",
      message: expect.stringContaining(message),
    });
    expect((await readGenerations(store)).current).toBeNull();
  });

  test("refuses removed rows that do not count up to what was removed", async () => {
    const { store } = createWorld();
    const duplicatesKey = `${duplicatesGenerationPrefix(pipeline, family, day, "g1")}a.parquet`;
    await put(duplicatesKey)(store);
    const report = await writeGeneration(store, "g1", {
      duplicatesFiles: [{ key: duplicatesKey, bytes: 1, rows: 3 }],
    });
    await expect(
      commitGeneration(buildCommit(store, null, report, { startedAtMs: 1e6 })),
    ).rejects.toMatchObject({
      code: "balance",
      message: expect.stringContaining("3 duplicates in files, 2 removed"),
    });
  });

  test("refuses files whose footers count other rows than reported", async () => {
    const { store } = createWorld();
    await expect(commit(store, "g1", { countRows: async () => [8] })).rejects.toMatchObject({
      code: "balance",
      message: expect.stringContaining("holds 8 rows, its writer reports 7"),
    });
    expect((await readGenerations(store)).current).toBeNull();
  });

  test.each([
    ["moved", buildSource({ modified: "later" })],
    ["vanished", null],
  ])("starts over where the shard %s while it was read, and leaves nothing behind", async (_, found) => {
    const { store } = createWorld();
    const outcome = await commit(store, "g1", { recheckSource: async () => found });
    expect(outcome).toEqual({ outcome: "source-moved", found });
    expect(await readAll(store)).toEqual({});
  });

  test("looks at the source only after the writer's files were verified", async () => {
    const { store } = createWorld();
    const recheckSource = vi.fn(async () => buildSource());
    await expect(commit(store, "g1", { recheckSource, countRows: async () => [8] })).rejects.toThrow();
    expect(recheckSource).not.toHaveBeenCalled();
  });

  test("commits a snapshot read without asking the source", async () => {
    const { store } = createWorld();
    expect((await commit(store, "g1", { recheckSource: null })).outcome).toBe("committed");
  });

  test("is refused from half of keep on, and not a moment earlier", async () => {
    for (const [lateMs, current] of [
      [keepMs / 2 - 1, "g1"],
      [keepMs / 2, null],
    ] as const) {
      const { store, clock } = createWorld();
      const report = await writeGeneration(store, "g1");
      const input = buildCommit(store, null, report, { startedAtMs: clock.ms });
      clock.ms += lateMs;
      const ended = await commitGeneration(input).catch((error) => error.code);
      expect(current === null ? ended : ended.outcome).toBe(current === null ? "refused" : "committed");
      expect((await readGenerations(store)).current).toBe(current);
    }
  });

  test("is refused where the time ran out between manifest and head", async () => {
    const { store, clock } = createWorld();
    const slow: ObjectStore = {
      ...store,
      async put(...input) {
        const result = await store.put(...input);
        clock.ms += 13 * hourMs;
        return result;
      },
    };
    const report = await writeGeneration(store, "g1");
    const input = buildCommit(slow, null, report, { startedAtMs: clock.ms });
    await expect(commitGeneration(input)).rejects.toMatchObject({
      code: "refused",
      parts: { received: "13.0 hours of at most 12.0 hours" },
    });
    expect((await readGenerations(store)).current).toBeNull();
  });

  test("raises the sequence over the one before where the clock did not move", async () => {
    const { store, clock } = createWorld();
    await commit(store, "g1");
    await commit(store, "g2");
    clock.ms += 500;
    await commit(store, "g3");
    const { head } = (await readHead(store, pipeline, family, day))!;
    expect(head.history.map((entry) => entry.sequence)).toEqual([1_000_000, 1_000_001, 1_000_500]);
  });
});

describe("rule 3: refused or unanswered swap", () => {
  /** Commits g2 while `meanwhile` happens between the read of the head and the swap. */
  async function commitAgainst(store: ObjectStore, meanwhile: () => Promise<unknown>) {
    const source = buildSource({ modified: "of g2" });
    const recheckSource = async () => {
      await meanwhile();
      return source;
    };
    return commit(store, "g2", { recheckSource });
  }

  const change = (store: ObjectStore, to: Parameters<typeof swapHead>[4]) =>
    swapHead(store, pipeline, family, day, to, pause);

  test.each(["a first commit", "a later commit"])(
    "%s that lost says who won and leaves nothing behind",
    async (which) => {
      const { store } = createWorld();
      if (which === "a later commit") await commit(store, "g1");
      const outcome = await commitAgainst(store, () => commit(store, "g3"));
      const { head } = (await readHead(store, pipeline, family, day))!;
      expect(outcome).toEqual({ outcome: "lost", winner: head });
      expect(Object.keys(await readAll(store)).filter((key) => key.includes("g2"))).toEqual([]);
      expect(head.generation).toBe("g3");
    },
  );

  test("the loser's message names the winner", () => {
    const error = buildLostRaceError(day, buildHeadOf(["g1", 5], ["g3", 9]));
    expect(error).toMatchObject({ code: "lost-race", retryable: true });
    expect(error.message).toContain("generation g3, committed at 1970-01-01T00:00:00.009Z");
    expect(buildLostRaceError(day, null).message).toContain("removed meanwhile");
  });

  test("readers' marks that moved meanwhile are no loss, and are kept", async () => {
    const { store } = createWorld();
    await commit(store, "g1");
    const hot = { generation: "g1", sequence: 1_000_000, atMs: 5 };
    const outcome = await commitAgainst(store, () => change(store, (head) => markReached(head, "hot", hot)));
    expect(outcome.outcome).toBe("committed");
    const { head } = (await readHead(store, pipeline, family, day))!;
    expect([head.generation, head.reached.hot]).toEqual(["g2", hot]);
  });

  test("a day that was held meanwhile is not swapped", async () => {
    const { store } = createWorld();
    await commit(store, "g1");
    const hold = () => change(store, (head) => rollBackHead(head, buildManifestOf("g1"), "stop", 5));
    const outcome = await commitAgainst(store, hold);
    expect(outcome).toMatchObject({ outcome: "held", head: { generation: "g1", hold: { reason: "stop" } } });
    expect(await readGenerations(store)).toEqual(onlyGeneration("g1"));
  });

  test("a day that was rolled back and released meanwhile has another sequence: lost", async () => {
    const { store } = createWorld();
    await commit(store, "g0");
    await commit(store, "g1");
    const outcome = await commitAgainst(store, async () => {
      await change(store, (head) => rollBackHead(head, buildManifestOf("g0"), "?", 5));
      await change(store, releaseHead);
    });
    expect(outcome).toMatchObject({ outcome: "lost", winner: { generation: "g0" } });
  });

  test("a head that was deleted meanwhile is a loss to nobody", async () => {
    const { store } = createWorld();
    await commit(store, "g1");
    const outcome = await commitAgainst(store, () => store.remove([headKey(pipeline, family, day)]));
    expect(outcome).toEqual({ outcome: "lost", winner: null });
    expect((await readGenerations(store)).data).toEqual(["g1"]);
  });

  test("a swap whose answer was lost, overtaken by another commit, still has won", async () => {
    const { store } = createWorld();
    const before = await readHead(store, pipeline, family, day);
    const report = await writeGeneration(store, "g2");
    const unanswered: ObjectStore = {
      ...store,
      async put(key, body, condition) {
        const result = await store.put(key, body, condition);
        if (key !== headKey(pipeline, family, day)) return result;
        await commit(store, "g3");
        return { put: false };
      },
    };
    const outcome = await commitGeneration(buildCommit(unanswered, before, report, { startedAtMs: 1e6 }));
    expect(outcome).toMatchObject({ outcome: "committed", stored: { head: { generation: "g3" } } });
    expect((await readGenerations(store)).data.sort()).toEqual(["g2", "g3"]);
  });

  test("after no answer at all and no proof, nothing is deleted", async () => {
    const { store } = createWorld();
    const report = await writeGeneration(store, "g2");
    const silent: ObjectStore = {
      ...store,
      async put(key, body, condition) {
        if (key === headKey(pipeline, family, day)) throw new Error("connection reset");
        return store.put(key, body, condition);
      },
    };
    await expect(commitGeneration(buildCommit(silent, null, report, { startedAtMs: 1e6 }))).rejects.toThrow(
      "connection reset",
    );
    expect(await readGenerations(store)).toMatchObject({ data: ["g2"], manifests: ["g2"] });
  });

  test("the same where the proof cannot be read", async () => {
    const { store } = createWorld();
    const report = await writeGeneration(store, "g2");
    const blind: ObjectStore = {
      ...store,
      async put(key, body, condition) {
        const result = await store.put(key, body, condition);
        if (key === headKey(pipeline, family, day)) throw new Error("connection reset");
        return result;
      },
      get: async () => {
        throw new Error("unreachable");
      },
    };
    await expect(commitGeneration(buildCommit(blind, null, report, { startedAtMs: 1e6 }))).rejects.toThrow(
      "unreachable",
    );
    expect(await readGenerations(store)).toEqual(onlyGeneration("g2"));
  });

  test("a generation that is in history is never deleted by its writer, whatever it believes", async () => {
    const { store } = createWorld();
    await commit(store, "g1");
    const report = await writeGeneration(store, "g1");
    const input = buildCommit(store, null, report, { startedAtMs: 1e6, recheckSource: async () => null });
    expect((await commitGeneration(input)).outcome).toBe("source-moved");
    expect(await readGenerations(store)).toEqual(onlyGeneration("g1"));
  });

  test("faults are asked again a few times, with a pause before each", async () => {
    const { store } = createWorld();
    const pauses: number[] = [];
    let left = 3;
    const shaky: ObjectStore = {
      ...store,
      async put(key, body, condition) {
        if (key === headKey(pipeline, family, day) && left-- > 0)
          throw new ShardliftError("outside", { failed: "503" }, { retryable: true });
        return store.put(key, body, condition);
      },
    };
    const report = await writeGeneration(store, "g1");
    const outcome = await commitGeneration(
      buildCommit(shaky, null, report, { startedAtMs: 1e6, pause: async (fault) => void pauses.push(fault) }),
    );
    expect([outcome.outcome, pauses]).toEqual(["committed", [1, 2, 3]]);
  });

  test("faults that do not end are given up, and nothing is deleted", async () => {
    const { store } = createWorld();
    const fault = new ShardliftError("outside", { failed: "503" }, { retryable: true });
    const put = vi.fn(async (key: string, ...rest: [Uint8Array, { ifAbsent: true }]) => {
      if (key === headKey(pipeline, family, day)) throw fault;
      return store.put(key, ...rest);
    });
    const report = await writeGeneration(store, "g1");
    const input = buildCommit({ ...store, put } as ObjectStore, null, report, { startedAtMs: 1e6 });
    await expect(commitGeneration(input)).rejects.toBe(fault);
    expect(put.mock.calls.filter(([key]) => key === headKey(pipeline, family, day))).toHaveLength(4);
    expect(await readGenerations(store)).toMatchObject({ data: ["g1"], manifests: ["g1"], current: null });
  });

  test("a held head is not even tried", async () => {
    const { store } = createWorld();
    await commit(store, "g1");
    await change(store, (head) => rollBackHead(head, buildManifestOf("g1"), "stop", 5));
    const recheckSource = vi.fn(async () => buildSource());
    expect((await commit(store, "g2", { recheckSource })).outcome).toBe("held");
    expect(recheckSource).not.toHaveBeenCalled();
    expect(await readGenerations(store)).toEqual(onlyGeneration("g1"));
  });
});

describe("a change of a head (rule 4: readers report how far they came)", () => {
  const mark = { generation: "g1", sequence: 1_000_000, atMs: 5 };

  test("goes on from what others wrote in between, and gives back the head to read on with", async () => {
    const { store } = createWorld();
    await commit(store, "g1");
    let first = true;
    const racing: ObjectStore = {
      ...store,
      async put(...input) {
        if (first) {
          first = false;
          await commit(store, "g2");
        }
        return store.put(...input);
      },
    };
    const stored = await swapHead(
      racing,
      pipeline,
      family,
      day,
      (head) => markReached(head, "cold", mark),
      pause,
    );
    expect(stored).toEqual(await readHead(store, pipeline, family, day));
    expect([stored!.head.generation, stored!.head.reached.cold]).toEqual(["g2", mark]);
  });

  test("writes nothing where nothing is to be changed", async () => {
    const { store } = createWorld();
    await commit(store, "g1");
    const put = vi.fn(store.put);
    await swapHead({ ...store, put }, pipeline, family, day, (head) => releaseHead(head), pause);
    expect(put).not.toHaveBeenCalled();
  });

  test("of a day without a head is null", async () => {
    const { store } = createWorld();
    expect(await swapHead(store, pipeline, family, day, (head) => head, pause)).toBeNull();
    expect(await readGenerations(store)).toEqual(noGeneration);
  });

  test("gives up with a message where it never comes through", async () => {
    const { store } = createWorld();
    await commit(store, "g1");
    const refusing: ObjectStore = { ...store, put: async () => ({ put: false }) };
    const swap = swapHead(refusing, pipeline, family, day, (head) => markReached(head, "hot", mark), pause);
    await expect(swap).rejects.toMatchObject({ code: "outside", retryable: true });
  });
});
