import { describe, expect, test } from "vitest";
import { intentLifeMs } from "../../src/days/request-life.ts";
import {
  clearHot,
  commitToHead,
  declareIntent,
  endIntents,
  forgetGenerations,
  isCatalogSettled,
  markReached,
  releaseHead,
  rollBackHead,
} from "../../src/lake/transitions.ts";
import { buildHeadOf, buildManifestOf, buildSource, day, withAllReached } from "./build.ts";

const refused = (code: string) => expect.objectContaining({ code });

describe("a commit", () => {
  test("makes the first head from the manifest", () => {
    expect(commitToHead(null, buildManifestOf("g1"), 1000, true)).toEqual({
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
      mayBeHot: true,
      fence: 0,
      hold: null,
    });
  });

  test("keeps the former generation in history and how far the readers have come", () => {
    const before = withAllReached(buildHeadOf(["g1", 1000]));
    const after = commitToHead(before, buildManifestOf("g2"), 2000, true);
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
    expect(() => commitToHead(held, buildManifestOf("g3"), 4, true)).toThrow(refused("refused"));
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

  test("is remembered as perhaps hot by later commits, whatever policy says then", () => {
    const cold = commitToHead(null, buildManifestOf("g1"), 1000, false);
    expect(cold.mayBeHot).toBe(false);
    expect(commitToHead(head, buildManifestOf("g2"), 2000, false).mayBeHot).toBe(true);
    expect(rollBackHead(head, buildManifestOf(head.generation), "why", 3000).mayBeHot).toBe(true);
  });

  test("is cleared by prune alone", () => {
    const marked = withAllReached(head);
    const cleared = clearHot(marked);
    expect(cleared.reached).toEqual({ ...marked.reached, hot: null });
    expect(cleared.mayBeHot).toBe(false);
    expect(clearHot(cleared)).toBe(cleared);
    expect(clearHot({ ...cleared, mayBeHot: true })).toEqual(cleared);
  });
});

describe("an intent to point the catalog", () => {
  const head = buildHeadOf(["g1", 1000]);
  const intent = { id: "a", sinceMs: intentLifeMs };
  const declare = (...intents: { id: string; sinceMs: number }[]) => intents.reduce(declareIntent, head);

  test("stands in the head until it is ended, and nothing else changes", () => {
    const declared = declareIntent(head, intent);
    expect(declared).toEqual({ ...head, pointing: [intent] });
    expect(endIntents(declared, "a", intent.sinceMs)).toEqual(head);
  });

  test("declared twice changes nothing, so that a swap without an answer may be asked again", () => {
    const declared = declareIntent(head, intent);
    expect(declareIntent(declared, { ...intent })).toBe(declared);
  });

  test("declared anew has its newer time only", () => {
    const later = { id: "a", sinceMs: intent.sinceMs + 1 };
    expect(declare(intent, later).pointing).toEqual([later]);
  });

  test("leaves those of others, and keeps one of those that outlived themselves", () => {
    const over = { id: "over", sinceMs: 0 };
    const young = { id: "young", sinceMs: 1 };
    expect(declare(over, { id: "over too", sinceMs: 0 }, young, intent).pointing).toEqual([
      over,
      young,
      intent,
    ]);
  });

  test("takes those with it that had outlived themselves when it was written, not others", () => {
    const declared = declare({ id: "over", sinceMs: 0 }, { id: "young", sinceMs: 1 }, intent);
    expect(endIntents(declared, "a", intent.sinceMs).pointing).toEqual([{ id: "young", sinceMs: 1 }]);
  });

  test("with a request that was not answered stays itself", () => {
    const declared = declare({ id: "over", sinceMs: 0 }, intent);
    expect(endIntents(declared, null, intent.sinceMs).pointing).toEqual([intent]);
    expect(endIntents(head, null, 0)).toBe(head);
  });

  test("stays in the head across commits and rollbacks", () => {
    const declared = declareIntent(head, intent);
    const committed = commitToHead(declared, buildManifestOf("g2"), 2000, true);
    const back = rollBackHead(committed, buildManifestOf("g1"), "?", 3000);
    expect([committed.pointing, back.pointing]).toEqual([[intent], [intent]]);
  });

  test("that outlived itself makes a day unsettled, and so does a generation or sequence that is not reached", () => {
    const reached = withAllReached(head);
    expect(isCatalogSettled(reached, 0)).toBe(true);
    expect(isCatalogSettled(head, 0)).toBe(false);
    expect(isCatalogSettled(withAllReached({ ...head, generation: "g0" }), 0)).toBe(true);
    expect(isCatalogSettled({ ...reached, generation: "g0" }, 0)).toBe(false);
    expect(isCatalogSettled({ ...reached, sequence: 1001 }, 0)).toBe(false);
    const declared = declareIntent(reached, { id: "a", sinceMs: 5 });
    expect(isCatalogSettled(declared, 5 + intentLifeMs - 1)).toBe(true);
    expect(isCatalogSettled(declared, 5 + intentLifeMs)).toBe(false);
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
    expect(commitToHead(released, buildManifestOf("g3"), 4000, true).generation).toBe("g3");
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
