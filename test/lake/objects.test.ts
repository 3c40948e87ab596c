import { describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/adapters/memory/memory-store.ts";
import type { Day } from "../../src/days/day.ts";
import { parseHead, renderHead } from "../../src/lake/head.ts";
import { listHeadDays, listHeads, readHead, readHeads } from "../../src/lake/heads.ts";
import { headKey, manifestKey } from "../../src/lake/keys.ts";
import { parseManifest, readManifest, renderManifest } from "../../src/lake/manifest.ts";
import {
  buildHeadOf,
  buildManifestOf,
  bytes,
  day,
  family,
  pipeline,
  storeHead,
  withAllReached,
} from "./build.ts";

const text = (body: Uint8Array) => new TextDecoder().decode(body);
const change = (body: Uint8Array, over: object) =>
  bytes(JSON.stringify({ ...JSON.parse(text(body)), ...over }));

const kinds = [
  { kind: "head", known: 1, render: () => renderHead(buildHeadOf(["g1", 5], ["g2", 9])), parse: parseHead },
  { kind: "manifest", known: 2, render: () => renderManifest(buildManifestOf("g1")), parse: parseManifest },
] as const;

describe.each(kinds)("a $kind", ({ kind, known, render, parse }) => {
  test("of a newer format version is refused, whatever else it holds, with what to do", () => {
    const newer = { formatVersion: known + 1 };
    for (const body of [change(render(), newer), bytes(JSON.stringify({ ...newer, all: "new" }))]) {
      expect(() => parse("the/key.json", body)).toThrow(
        expect.objectContaining({
          code: "refused",
          parts: {
            failed: `The ${kind} the/key.json was written by a newer Shardlift.`,
            rule: `This release reads ${kind}s up to format version ${known} and leaves newer ones alone.`,
            received: `format version ${known + 1}`,
            remedy: expect.stringContaining("Upgrade to a release that reads"),
          },
        }),
      );
    }
  });

  test.each([
    ["nothing", () => bytes("")],
    ["half of it", () => render().slice(0, 100)],
    ["no UTF-8", () => Uint8Array.of(0x7b, 0xff, 0x7d)],
    ["a list", () => bytes("[]")],
    ["null", () => bytes("null")],
    ["no format version", () => change(render(), { formatVersion: undefined })],
    ["format version 0", () => change(render(), { formatVersion: 0 })],
    ["a member nobody knows", () => change(render(), { extra: 1 })],
    ["a day that is none", () => change(render(), { day: "2026-02-30" })],
    ["a generation that leads elsewhere", () => change(render(), { generation: "../g1" })],
  ])("that holds %s cannot be read, and the message names its key", (_, body) => {
    expect(() => parse("the/key.json", body())).toThrow(
      expect.objectContaining({ code: "data", message: expect.stringContaining("the/key.json") }),
    );
  });

  test("is rendered the same whatever the order of its members", () => {
    const parsed = JSON.parse(text(render()));
    const turned = Object.fromEntries(Object.entries(parsed).reverse());
    const again = kind === "head" ? renderHead(turned as never) : renderManifest(turned as never);
    expect(text(again)).toBe(text(render()));
  });
});

test("a head comes back as it was written", () => {
  const head = { ...withAllReached(buildHeadOf(["g1", 5], ["g2", 9])), hold: { sinceMs: 3, reason: "why" } };
  expect(parseHead("k", renderHead(head))).toEqual(head);
});

test("a manifest comes back as it was written, nested columns and large checksums included", () => {
  const manifest = buildManifestOf("g1", {
    checksum: "9".repeat(38),
    columns: [
      {
        name: "device",
        type: "RECORD",
        mode: "NULLABLE",
        fields: [{ name: "model", type: "STRING", mode: "NULLABLE" }],
      },
      { name: "event_params", type: "STRING", mode: "NULLABLE", json: "object" },
    ],
  });
  expect(parseManifest("k", renderManifest(manifest))).toEqual(manifest);
});

describe("a manifest of what a run wrote", () => {
  const run = { id: "jr_1", days: 3, dpuSeconds: 1200.5, usd: 0.1467 };
  const manifest = { ...buildManifestOf("g1"), formatVersion: 2 as const, run };

  test("comes back with the run's bill", () => {
    expect(parseManifest("k", renderManifest(manifest))).toEqual(manifest);
  });

  test.each([
    ["a run under format version 1", { formatVersion: 1 }],
    ["no run under format version 2", { run: undefined }],
    ["a run that was paid for it", { run: { ...run, usd: -1 } }],
    ["a run without an id", { run: { ...run, id: "" } }],
  ])("with %s is none", (_, over) => {
    expect(() => parseManifest("k", change(renderManifest(manifest), over))).toThrow(
      expect.objectContaining({ code: "data" }),
    );
  });
});

test("a head whose history does not end in its generation is no head", () => {
  const head = buildHeadOf(["g1", 5], ["g2", 9]);
  for (const history of [[], head.history.slice(0, 1), head.history.toReversed()]) {
    expect(() => parseHead("k", renderHead({ ...head, history }))).toThrow(
      expect.objectContaining({ code: "data" }),
    );
  }
});

describe("reading a lake", () => {
  const other = "2026-11-21" as Day;
  const create = () => createMemoryStore({ nowMs: () => 0 });

  test("gives heads with what a swap needs, and nothing for days without one", async () => {
    const store = create();
    expect(await readHead(store, pipeline, family, day)).toBeNull();
    const stored = await storeHead(store, buildHeadOf(["g1", 5]));
    expect(await readHead(store, pipeline, family, day)).toEqual(stored);
    expect(await readHeads(store, pipeline, family, [other, day])).toEqual(new Map([[day, stored]]));
  });

  test("lists the days that have a head and passes over strangers", async () => {
    const store = create();
    const first = await storeHead(store, buildHeadOf(["g1", 5]));
    const second = await storeHead(store, { ...buildHeadOf(["g1", 5]), day: other });
    await store.put("web-shop/ga4_events/_heads/notes.txt", bytes("hello"), { ifAbsent: true });
    await store.put("web-shop/ga4_users/_heads/2026-11-22.json", bytes("{}"), { ifAbsent: true });
    expect(await listHeadDays(store, pipeline, family)).toEqual([day, other]);
    expect(await listHeads(store, pipeline, family)).toEqual(
      new Map([
        [day, first],
        [other, second],
      ]),
    );
  });

  test("refuses a head or manifest that lies under another's key", async () => {
    const store = create();
    await store.put(headKey(pipeline, family, other), renderHead(buildHeadOf(["g1", 5])), { ifAbsent: true });
    await expect(readHead(store, pipeline, family, other)).rejects.toMatchObject({ code: "data" });
    const body = renderManifest(buildManifestOf("g1"));
    await store.put(manifestKey(pipeline, family, day, "g2"), body, { ifAbsent: true });
    await expect(readManifest(store, pipeline, family, day, "g2")).rejects.toMatchObject({ code: "data" });
  });

  test("gives manifests, and null where there is none", async () => {
    const store = create();
    const manifest = buildManifestOf("g1");
    await store.put(manifestKey(pipeline, family, day, "g1"), renderManifest(manifest), { ifAbsent: true });
    expect(await readManifest(store, pipeline, family, day, "g1")).toEqual(manifest);
    expect(await readManifest(store, pipeline, family, day, "g0")).toBeNull();
  });
});
