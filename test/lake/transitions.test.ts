import { describe, expect, test } from "vitest";
import {
  clearReached,
  commitToHead,
  forgetGenerations,
  markReached,
  releaseHead,
  rollBackHead,
} from "../../src/lake/transitions.ts";
import { buildHeadOf, buildManifestOf, buildSource, day, withAllReached } from "./build.ts";

const refused = (code: string) => expect.objectContaining({ code });

describe("a commit", () => {
  test("makes the first head from the manifest", () => {
    expect(commitToHead(null, buildManifestOf("g1"), 1000)).toEqual({
      formatVersion: 1,
      day,
      generation: "g1",
      sequence: 1000,
      source: buildSource({ modified: "of g1" }),
      rulesDigest: "rules",
      rows: { source: 10, written: 7 },
      history: [{ generation: "g1", sequence: 1000, fromMs: 1000, toMs: null }],
      reached: { catalog: null, hot: null, cold: null },
      pointing: [],
      hold: null,
    });
  });

  test("keeps the former generation in history and how far the readers have come", () => {
    const before = withAllReached(buildHeadOf(["g1", 1000]));
    const after = commitToHead(before, buildManifestOf("g2"), 2000);
    expect(after.history).toEqual([
      { generation: "g1", sequence: 1000, fromMs: 1000, toMs: 2000 },
      { generation: "g2", sequence: 2000, fromMs: 2000, toMs: null },
    ]);
    expect(after.reached).toEqual(before.reached);
  });

  test("raises the sequence even where the store's clock stands still or runs back", () => {
    const before = buildHeadOf(["g1", 1000], ["g2", 1000], ["g3", 400]);
    expect(before.history).toEqual([
      { generation: "g1", sequence: 1000, fromMs: 1000, toMs: 1000 },
      { generation: "g2", sequence: 1001, fromMs: 1000, toMs: 1000 },
      { generation: "g3", sequence: 1002, fromMs: 1000, toMs: null },
    ]);
  });

  test("never swaps a held head", () => {
    const held = rollBackHead(buildHeadOf(["g1", 1], ["g2", 2]), buildManifestOf("g1"), "bad", 3);
    expect(() => commitToHead(held, buildManifestOf("g3"), 4)).toThrow(refused("refused"));
  });
});

describe("a reader's mark", () => {
  const head = buildHeadOf(["g1", 1000], ["g2", 2000]);
  const first = { generation: "g1", sequence: 1000, atMs: 1500 };
  const second = { generation: "g2", sequence: 2000, atMs: 2500 };

  test("moves forwards and touches no other reader", () => {
    const marked = markReached(markReached(head, "hot", first), "cold", second);
    expect(marked.reached).toEqual({ catalog: null, hot: first, cold: second });
    expect(markReached(marked, "hot", second).reached.hot).toEqual(second);
  });

  test("never moves backwards, and saying it again changes nothing", () => {
    const marked = markReached(head, "hot", second);
    expect(markReached(marked, "hot", first)).toBe(marked);
    expect(markReached(marked, "hot", { ...second, atMs: 9999 })).toBe(marked);
  });

  test("is cleared by prune alone", () => {
    const marked = withAllReached(head);
    const cleared = clearReached(marked, "hot");
    expect(cleared.reached).toEqual({ ...marked.reached, hot: null });
    expect(clearReached(cleared, "hot")).toBe(cleared);
  });
});

describe("a rollback", () => {
  const head = withAllReached(buildHeadOf(["g1", 1000], ["g2", 2000]));

  test("makes a kept generation current again, with all it was made from, and holds it", () => {
    const back = rollBackHead(head, buildManifestOf("g1"), "wrong currency", 3000);
    expect(back).toEqual({
      ...head,
      generation: "g1",
      sequence: 3000,
      source: buildSource({ modified: "of g1" }),
      history: [
        { generation: "g1", sequence: 1000, fromMs: 1000, toMs: 2000 },
        { generation: "g2", sequence: 2000, fromMs: 2000, toMs: 3000 },
        { generation: "g1", sequence: 3000, fromMs: 3000, toMs: null },
      ],
      hold: { sinceMs: 3000, reason: "wrong currency" },
    });
    expect(rollBackHead(back, buildManifestOf("g1"), "again", 4000)).toBe(back);
  });

  test("takes no generation that is not in history", () => {
    expect(() => rollBackHead(head, buildManifestOf("g0"), "?", 3000)).toThrow(refused("refused"));
  });

  test("to the current generation only holds the day there", () => {
    const held = rollBackHead(head, buildManifestOf("g2"), "wait", 3000);
    expect(held).toEqual({ ...head, hold: { sinceMs: 3000, reason: "wait" } });
  });

  test("ends by a release, which moves nothing", () => {
    const back = rollBackHead(head, buildManifestOf("g1"), "?", 3000);
    const released = releaseHead(back);
    expect(released).toEqual({ ...back, hold: null });
    expect(releaseHead(released)).toBe(released);
    expect(commitToHead(released, buildManifestOf("g3"), 4000).generation).toBe("g3");
  });
});

describe("forgetting", () => {
  const head = buildHeadOf(["g1", 1000], ["g2", 2000], ["g3", 3000]);

  test("takes out what was swapped away until then, the moment itself included", () => {
    const forgotten = forgetGenerations(head, ["g1", "g2"], 2000);
    expect(forgotten).toEqual({ ...head, history: head.history.slice(1) });
  });

  test("never takes the current generation or one that came back", () => {
    expect(forgetGenerations(head, ["g3"], 9999)).toBe(head);
    const back = rollBackHead(head, buildManifestOf("g1"), "?", 4000);
    expect(forgetGenerations(back, ["g1"], 9999)).toBe(back);
  });

  test("has nothing to do for strangers", () => {
    expect(forgetGenerations(head, ["g0"], 9999)).toBe(head);
  });
});
