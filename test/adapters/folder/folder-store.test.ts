import { mkdir, mkdtemp, readdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { buildFolderError } from "../../../src/adapters/folder/errors.ts";
import { createFolderStore } from "../../../src/adapters/folder/folder-store.ts";
import { withoutSqliteWarning } from "../../../src/adapters/folder/sqlite.ts";
import type { ObjectStore } from "../../../src/ports.ts";
import { bytes, readAll } from "../../lake/build.ts";

const createFolder = () => mkdtemp(join(tmpdir(), "shardlift-"));

async function createWorld() {
  const root = join(await createFolder(), "lake");
  return { root, store: createFolderStore({ root }) };
}

const put = (store: ObjectStore, key: string, text = "x") => store.put(key, bytes(text), { ifAbsent: true });

describe("a lake in a folder", () => {
  test("is plain files that other programs can read in place", async () => {
    const { root, store } = await createWorld();
    await put(store, "a/b c.json", "text");
    expect(store.localPath("a/b c.json")).toBe(join(root, "a/b c.json"));
    expect(await readFile(store.localPath("a/b c.json")!, "utf8")).toBe("text");
  });

  test("gives small objects the etag of their bytes, so that a copied lake has the same", async () => {
    const { root, store } = await createWorld();
    const original = await put(store, "a", "same");
    await writeFile(join(root, "copied"), "same");
    expect(original).toEqual({ put: true, etag: (await store.get("copied"))!.etag });
  });

  test("lists files that an engine wrote in place", async () => {
    const { root, store } = await createWorld();
    await mkdir(join(root, "day=2026-11-20"), { recursive: true });
    await writeFile(join(root, "day=2026-11-20/a.parquet"), Buffer.alloc(100_000));
    const objects = [];
    for await (const object of store.list("day=")) objects.push(object);
    expect(objects).toMatchObject([{ key: "day=2026-11-20/a.parquet", bytes: 100_000 }]);
    expect((await store.get("day=2026-11-20/a.parquet"))!.etag).toBe(objects[0]!.etag);
  });

  test("follows a relative root to where it was named, whatever the folder is later", async () => {
    const folder = await createFolder();
    const before = process.cwd();
    try {
      process.chdir(folder);
      const store = createFolderStore({ root: "lake" });
      process.chdir(tmpdir());
      await put(store, "a");
      expect(await readdir(folder)).toEqual(["lake"]);
    } finally {
      process.chdir(before);
    }
  });

  test("never lists its lock and its temporary files, nor takes a key among them", async () => {
    const { root, store } = await createWorld();
    await put(store, "a");
    await writeFile(join(root, ".shardlift/temporary/left"), "x");
    expect(await readAll(store)).toEqual({ a: "x" });
    for await (const { key } of store.list(".shardlift/")) throw new Error(`listed ${key}`);
    await expect(put(store, ".shardlift/lock.sqlite")).rejects.toMatchObject({ code: "data" });
    await expect(store.remove(["a", ".shardlift/lock.sqlite"])).rejects.toMatchObject({ code: "data" });
    expect(await readAll(store)).toEqual({ a: "x" });
  });

  test("leaves no empty folders behind, and its own folder stays", async () => {
    const { root, store } = await createWorld();
    await put(store, "a/b/c/1");
    await put(store, "a/b/2");
    await store.remove(["a/b/c/1"]);
    expect(await readdir(join(root, "a/b"))).toEqual(["2"]);
    await store.remove(["a/b/2"]);
    expect(await readdir(root)).toEqual([".shardlift"]);
    await put(store, "a/b/c/1");
    expect(await readAll(store)).toEqual({ "a/b/c/1": "x" });
  });

  test("does not follow links out of the lake in listings", async () => {
    const { root, store } = await createWorld();
    await put(store, "a");
    const outside = await createFolder();
    await writeFile(join(outside, "secret"), "x");
    await symlink(outside, join(root, "link"));
    expect(await readAll(store)).toEqual({ a: "x" });
  });

  test("works on where the folder was deleted in between", async () => {
    const { root, store } = await createWorld();
    await put(store, "a");
    const { rm } = await import("node:fs/promises");
    await rm(root, { recursive: true });
    expect(await readAll(store)).toEqual({});
    await put(store, "b");
    expect(await readAll(store)).toEqual({ b: "x" });
  });

  test("goes by the clock it is given", async () => {
    const { root } = await createWorld();
    const store = createFolderStore({ root, clock: { now: () => 42, sleep: async () => {} } });
    expect(await store.now()).toBe(42);
  });

  test("queues the calls of one process behind each other, a failing one included", async () => {
    const { store } = await createWorld();
    const puts = Array.from({ length: 30 }, (_, index) => put(store, index === 5 ? "a/.." : `k${index}`));
    const ended = await Promise.allSettled(puts);
    expect(ended.filter(({ status }) => status === "rejected")).toHaveLength(1);
    expect(Object.keys(await readAll(store))).toHaveLength(29);
  });
});

describe("temporary files", () => {
  const host = hostname().replaceAll(/[^A-Za-z0-9-]/g, "-");
  // Above the largest process number any system gives out.
  const deadProcess = 2 ** 30;
  const hours = (ago: number) => new Date(Date.now() - ago * 3_600_000);

  test("of dead writers are cleaned, others are left alone", async () => {
    const { root } = await createWorld();
    const folder = join(root, ".shardlift/temporary");
    await mkdir(folder, { recursive: true });
    const files: [name: string, agoHours: number][] = [
      [`${host}.${deadProcess}.dead`, 2],
      [`${host}.${deadProcess}.just-dead`, 0.5],
      [`${host}.${process.pid}.alive`, 2],
      [`${host}.${process.pid}.number-given-again`, 25],
      [`elsewhere.${deadProcess}.unknown`, 2],
      [`elsewhere.${deadProcess}.old`, 25],
    ];
    for (const [name, ago] of files) {
      await writeFile(join(folder, name), "x");
      await utimes(join(folder, name), hours(ago), hours(ago));
    }
    await put(createFolderStore({ root }), "a");
    expect(new Set(await readdir(folder))).toEqual(
      new Set([
        `${host}.${deadProcess}.just-dead`,
        `${host}.${process.pid}.alive`,
        `elsewhere.${deadProcess}.unknown`,
      ]),
    );
  });

  test("do not stay where a put is refused or fails", async () => {
    const { root, store } = await createWorld();
    await put(store, "a");
    await put(store, "a");
    await expect(put(store, "a/below")).rejects.toMatchObject({ code: "config" });
    await expect(store.putFile("b", join(root, "no such file"))).rejects.toMatchObject({
      name: "ShardliftError",
    });
    expect(await readdir(join(root, ".shardlift/temporary"))).toEqual([]);
    expect(await readAll(store)).toEqual({ a: "x" });
  });
});

describe("a folder that cannot be a lake", () => {
  test("is empty to readers where it is missing, and is not made by them or by a removal", async () => {
    const folder = await createFolder();
    const store = createFolderStore({ root: join(folder, "lake") });
    expect([await store.get("a"), await readAll(store)]).toEqual([null, {}]);
    await store.remove(["a"]);
    expect(await readdir(folder)).toEqual([]);
  });

  test("is refused where the folder above it is missing: perhaps a disk that is not mounted", async () => {
    const root = join(await createFolder(), "not mounted", "lake");
    const store = createFolderStore({ root });
    await expect(put(store, "a")).rejects.toMatchObject({
      code: "config",
      retryable: false,
      parts: {
        failed: `The lake's folder ${root} cannot be made: the folder above it is missing.`,
        rule: expect.stringContaining("created on the first write"),
        received: expect.stringContaining("does not exist"),
        remedy: expect.stringContaining("Mount the disk"),
      },
    });
    expect(await store.get("a")).toBeNull();
  });

  test("is refused where a file is in its place", async () => {
    const root = join(await createFolder(), "lake");
    await writeFile(root, "I am a file");
    await expect(put(createFolderStore({ root }), "a")).rejects.toMatchObject({
      code: "config",
      parts: { rule: expect.stringContaining("is a folder") },
    });
    expect(await readFile(root, "utf8")).toBe("I am a file");
  });

  test("gives the lock's own trouble in four parts too", async () => {
    const { root, store } = await createWorld();
    await put(store, "a");
    await writeFile(
      join(root, ".shardlift/lock.sqlite"),
      "this is no database, and it is long enough to look at".repeat(20),
    );
    await expect(put(store, "b")).rejects.toMatchObject({
      name: "ShardliftError",
      code: "outside",
      parts: { received: expect.stringContaining("not a database") },
    });
  });

  const fail = (code: string) => Object.assign(new Error(`${code}: no`), { code });

  test.each([
    ["EACCES", "outside", false, "right to write"],
    ["EPERM", "outside", false, "right to write"],
    ["EROFS", "outside", false, "right to write"],
    ["ENOSPC", "outside", false, "Free some space"],
    ["EDQUOT", "outside", false, "Free some space"],
    ["EMFILE", "outside", true, "ulimit"],
    ["ENOTDIR", "config", false, "Move the file"],
    ["EIO", "outside", true, "Look at the disk"],
  ])("says in four parts what %s means", (errno, code, retryable, remedy) => {
    const error = buildFolderError("/lake", "write a/b", fail(errno));
    expect(error).toMatchObject({
      code,
      retryable,
      parts: {
        failed: "The lake in the folder /lake could not write a/b.",
        rule: expect.stringMatching(/\w/),
        received: `${errno}: no`,
        remedy: expect.stringContaining(remedy),
      },
    });
    expect(error.cause).toMatchObject({ code: errno });
  });
});

test("only the warning about SQLite is swallowed, and only while it is loaded", () => {
  const seen: unknown[] = [];
  const before = process.emitWarning;
  process.emitWarning = (...input: unknown[]) => void seen.push(input);
  try {
    const loaded = withoutSqliteWarning(() => {
      process.emitWarning(
        "SQLite is an experimental feature and might change at any time",
        "ExperimentalWarning",
      );
      process.emitWarning("Something else", "ExperimentalWarning");
      return "loaded";
    });
    process.emitWarning("SQLite is an experimental feature");
    expect([loaded, seen]).toEqual([
      "loaded",
      [["Something else", "ExperimentalWarning"], ["SQLite is an experimental feature"]],
    ]);
  } finally {
    process.emitWarning = before;
  }
});
