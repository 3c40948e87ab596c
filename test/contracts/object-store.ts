/** What every lake storage must do; each adapter's own tests call it with a way to make a fresh, empty store. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ObjectStore, PutCondition, PutResult, StoredObject } from "../../src/ports.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (body: Uint8Array) => new TextDecoder().decode(body);

async function readText(store: ObjectStore, key: string): Promise<string | null> {
  const found = await store.get(key);
  return found === null ? null : text(found.body);
}

async function listObjects(store: ObjectStore, prefix: string): Promise<StoredObject[]> {
  const objects: StoredObject[] = [];
  for await (const object of store.list(prefix)) objects.push(object);
  return objects;
}

async function listKeys(store: ObjectStore, prefix: string): Promise<string[]> {
  return (await listObjects(store, prefix)).map((object) => object.key);
}

function etagOf(result: PutResult): string {
  if (!result.put) throw new Error("the put was refused");
  return result.etag;
}

export function describeObjectStore(name: string, createStore: () => Promise<ObjectStore>): void {
  describe(`${name} as an object store`, () => {
    test("gives back what was put, byte for byte", async () => {
      const store = await createStore();
      const body = Uint8Array.from({ length: 256 }, (_, index) => index);
      const put = await store.put("a/b.bin", body, { ifAbsent: true });
      expect(await store.get("a/b.bin")).toEqual({ body, etag: etagOf(put) });
    });

    test("keeps its own copy of what was put and gives copies away", async () => {
      const store = await createStore();
      const body = bytes("one");
      await store.put("a", body, { ifAbsent: true });
      body.fill(0);
      (await store.get("a"))!.body.fill(0);
      expect(await readText(store, "a")).toBe("one");
    });

    test("answers null for what is not there, a folder included", async () => {
      const store = await createStore();
      await store.put("a/b", bytes("x"), { ifAbsent: true });
      expect([await store.get("c"), await store.get("a"), await store.get("a/b/c")]).toEqual([
        null,
        null,
        null,
      ]);
    });

    test("creates only where nothing is", async () => {
      const store = await createStore();
      await store.put("a", bytes("first"), { ifAbsent: true });
      expect(await store.put("a", bytes("second"), { ifAbsent: true })).toEqual({ put: false });
      expect(await readText(store, "a")).toBe("first");
    });

    test("replaces only what the caller has seen", async () => {
      const store = await createStore();
      const first = etagOf(await store.put("a", bytes("first"), { ifAbsent: true }));
      const second = await store.put("a", bytes("second"), { ifMatch: first });
      expect(second).toEqual({ put: true, etag: (await store.get("a"))!.etag });
      expect(await store.put("a", bytes("third"), { ifMatch: first })).toEqual({ put: false });
      expect(await readText(store, "a")).toBe("second");
    });

    test("refuses to replace what is not there", async () => {
      const store = await createStore();
      const seen = etagOf(await store.put("a", bytes("x"), { ifAbsent: true }));
      await store.remove(["a"]);
      expect(await store.put("a", bytes("y"), { ifMatch: seen })).toEqual({ put: false });
      expect(await store.get("a")).toBeNull();
    });

    test("gives other bytes another etag, of the same length too", async () => {
      const store = await createStore();
      const first = etagOf(await store.put("a", bytes("one"), { ifAbsent: true }));
      const second = etagOf(await store.put("a", bytes("two"), { ifMatch: first }));
      expect(second).not.toBe(first);
    });

    test("gives one etag for one object in put, get and list, small and large", async () => {
      const store = await createStore();
      for (const size of [0, 10, 1_000_000]) {
        const key = `sizes/${size}`;
        const etag = etagOf(await store.put(key, new Uint8Array(size), { ifAbsent: true }));
        const listed = (await listObjects(store, key)).map((object) => [object.bytes, object.etag]);
        expect([(await store.get(key))!.etag, listed]).toEqual([etag, [[size, etag]]]);
      }
    });

    test("replaces large objects by their etag as well", async () => {
      const store = await createStore();
      const first = etagOf(await store.put("big", new Uint8Array(200_000), { ifAbsent: true }));
      const second = await store.put("big", new Uint8Array(200_000).fill(1), { ifMatch: first });
      expect(second.put).toBe(true);
      expect(await store.put("big", bytes("late"), { ifMatch: first })).toEqual({ put: false });
      expect((await store.get("big"))!.body[0]).toBe(1);
    });

    test("lets one of many win, whether they create or replace", async () => {
      const store = await createStore();
      const race = (round: string, condition: PutCondition) =>
        Promise.all(
          Array.from({ length: 20 }, (_, index) => store.put("a", bytes(`${round}${index}`), condition)),
        );
      const created = await race("create ", { ifAbsent: true });
      expect(created.filter((result) => result.put)).toHaveLength(1);
      const replaced = await race("replace ", { ifMatch: (await store.get("a"))!.etag });
      expect(replaced.filter((result) => result.put)).toHaveLength(1);
      expect(await readText(store, "a")).toBe(`replace ${replaced.findIndex((result) => result.put)}`);
    });

    test("uploads a local file, create only", async () => {
      const store = await createStore();
      const path = join(await mkdtemp(join(tmpdir(), "shardlift-")), "local.parquet");
      await writeFile(path, "rows");
      expect((await store.putFile("a/file.parquet", path)).put).toBe(true);
      await writeFile(path, "other rows");
      expect(await store.putFile("a/file.parquet", path)).toEqual({ put: false });
      expect(await readText(store, "a/file.parquet")).toBe("rows");
    });

    test("lists what is below a prefix in the order of the keys' bytes", async () => {
      const store = await createStore();
      const keys = ["a/b/c", "a/b.json", "a/b", "a-b", "a/ä", "a/\u{1F600}", "a/\uFF5E", "b/c"].filter(
        (key) => key !== "a/b",
      );
      for (const key of keys) await store.put(key, bytes(key), { ifAbsent: true });
      expect(await listKeys(store, "")).toEqual([
        "a-b",
        "a/b.json",
        "a/b/c",
        "a/ä",
        "a/\uFF5E",
        "a/\u{1F600}",
        "b/c",
      ]);
      expect(await listKeys(store, "a/")).toEqual(["a/b.json", "a/b/c", "a/ä", "a/\uFF5E", "a/\u{1F600}"]);
      expect(await listKeys(store, "a/b")).toEqual(["a/b.json", "a/b/c"]);
      expect(await listKeys(store, "a/b/c")).toEqual(["a/b/c"]);
      expect(await listKeys(store, "nothing/")).toEqual([]);
    });

    test("dates objects by its own clock", async () => {
      const store = await createStore();
      const before = await store.now();
      await store.put("a", bytes("x"), { ifAbsent: true });
      const [object] = await listObjects(store, "a");
      // File systems keep time in ticks of some milliseconds.
      expect(object!.modifiedMs).toBeGreaterThanOrEqual(before - 50);
      expect(object!.modifiedMs).toBeLessThanOrEqual((await store.now()) + 50);
    });

    test("removes many, and missing ones are no error", async () => {
      const store = await createStore();
      for (const key of ["a/1", "a/2", "b"]) await store.put(key, bytes(key), { ifAbsent: true });
      await store.remove(["a/1", "never/there", "a/2"]);
      await store.remove(["a/1"]);
      await store.remove([]);
      expect(await listKeys(store, "")).toEqual(["b"]);
    });

    test("takes keys with spaces, quotes and any script", async () => {
      const store = await createStore();
      const keys = [
        'day=2026-11-20/it\'s a "file".json',
        "größe/日本語/\u{1F600}.json",
        "a/%2e%2e/b",
        "..a/b..",
      ];
      for (const key of keys) await store.put(key, bytes(key), { ifAbsent: true });
      expect(await Promise.all(keys.map((key) => readText(store, key)))).toEqual(keys);
      expect(new Set(await listKeys(store, ""))).toEqual(new Set(keys));
    });

    test.each([
      ["empty", ""],
      ["absolute", "/etc/passwd"],
      ["leading up", "../a"],
      ["going up", "a/../../b"],
      ["ending up", "a/.."],
      ["with a dot segment", "a/./b"],
      ["with an empty segment", "a//b"],
      ["ending in a slash", "a/"],
      ["with a backslash", "a\\..\\b"],
      ["with a newline", "a\nb"],
      ["with a null", "a\u0000b"],
      ["with a C1 control", "a\u0085b"],
      ["with half a character", "a\ud800"],
      ["too long", "a".repeat(1025)],
    ])("refuses a key that is %s", async (_, key) => {
      const store = await createStore();
      const refusal = { name: "ShardliftError", code: "data", retryable: false };
      await expect(async () => store.put(key, bytes("x"), { ifAbsent: true })).rejects.toMatchObject(refusal);
      await expect(async () => store.putFile(key, "anything")).rejects.toMatchObject(refusal);
      await expect(async () => store.get(key)).rejects.toMatchObject(refusal);
      await expect(async () => store.remove(["fine", key])).rejects.toMatchObject(refusal);
      await expect(async () => store.localPath(key)).rejects.toMatchObject(refusal);
      expect(await listKeys(store, "")).toEqual([]);
    });

    test("refuses a prefix that leads out of the lake", async () => {
      const store = await createStore();
      for (const prefix of ["../", "/", "a/../..", "a//"]) {
        await expect(listKeys(store, prefix)).rejects.toMatchObject({ code: "data" });
      }
    });

    test("names its place for messages", async () => {
      expect((await createStore()).location).toMatch(/\S/);
    });
  });
}
