import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readScript } from "../../src/adapters/glue/read-script.ts";
import { createMemoryStore } from "../../src/adapters/memory/memory-store.ts";
import { readScriptIndex } from "../../src/lake/script-index.ts";
import type { ObjectStore } from "../../src/ports.ts";
import { pushScript } from "../../src/tasks/push-script.ts";
import { writeScriptFolder } from "../adapters/glue/glue-world.ts";
import { createFaultyStore } from "../lake/faulty-store.ts";

const wheel = "wheels/duck_db-1.5.5-py3-none-any.whl";
const names = ["extract.py", "tiny.zip", wheel, "index.json"];

async function createWorld() {
  const folders = await writeScriptFolder();
  const store = createMemoryStore({ nowMs: () => 0 });
  return {
    folders,
    store,
    push: async (to: ObjectStore = store) => pushScript(to, await readScript(folders)),
  };
}

async function list(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list("")) keys.push(key);
  return keys.sort();
}

describe("push-script", () => {
  test("puts script, package and modules under the hash of all, with an index of them", async () => {
    const { folders, store, push } = await createWorld();
    expect(await push()).toEqual(names);

    const { digest } = await readScript(folders);
    expect(await list(store)).toEqual(names.map((name) => `_scripts/${digest}/${name}`).sort());
    expect(await readScriptIndex(store, digest)).toMatchObject({
      script: "extract.py",
      archive: "tiny.zip",
      wheels: [wheel],
    });
  });

  test("puts nothing where all is there, and needs no wheels for that", async () => {
    const { folders, push } = await createWorld();
    await push();
    await rm(folders.wheels, { recursive: true });
    expect(await push()).toEqual([]);
  });

  test("puts what somebody has removed", async () => {
    const { folders, store, push } = await createWorld();
    await push();
    const { digest } = await readScript(folders);
    await store.remove([`_scripts/${digest}/${wheel}`]);
    expect(await push()).toEqual([wheel]);
  });

  test("leaves a former script where it is: runs may still be at it", async () => {
    const { folders, store, push } = await createWorld();
    await push();
    await writeFile(join(folders.scripts, "extract.py"), "print('other')\n");
    expect(await push()).toEqual(names);
    expect((await list(store)).length).toBe(2 * names.length);
  });

  test("refuses where other bytes stand under the hash", async () => {
    const { folders, store, push } = await createWorld();
    const { digest } = await readScript(folders);
    await store.put(`_scripts/${digest}/extract.py`, new Uint8Array(3), { ifAbsent: true });
    await expect(push()).rejects.toMatchObject({
      code: "data",
      message: expect.stringContaining("extract.py"),
    });
    expect(await readScriptIndex(store, digest)).toBeNull();
  });

  test.each(["loses the answer of", "never sends"] as const)(
    "goes on where a former push stopped because the store %s a put",
    async (fault) => {
      const { store, push } = await createWorld();
      await expect(push(createFaultyStore(store, fault, 1).store)).rejects.toMatchObject({ retryable: true });
      await push();
      expect((await list(store)).length).toBe(names.length);
    },
  );

  test("says which wheels lack, and the command that fetches them", async () => {
    const { folders, store, push } = await createWorld();
    await rm(join(folders.wheels, "duck_db-1.5.5-py3-none-any.whl"));
    await writeFile(join(folders.wheels, "duck_db-1.5.4-py3-none-any.whl"), "older");
    await expect(push()).rejects.toMatchObject({
      code: "config",
      parts: {
        failed: "Modules of the Glue script are not at hand: Duck_DB 1.5.5; nothing was pushed.",
        remedy: expect.stringContaining("pip download --no-deps --only-binary :all: --python-version 3.11"),
      },
    });
    expect(await list(store)).toEqual([]);
  });

  test("refuses a wheel that is not the pinned one", async () => {
    const { folders, push } = await createWorld();
    const pin = `Duck_DB==1.5.5 \\\n    --hash=sha256:${"0".repeat(64)}\n`;
    await writeFile(join(folders.scripts, "requirements.txt"), pin);
    await expect(push()).rejects.toMatchObject({
      code: "config",
      message: expect.stringContaining("not the one"),
    });
  });
});

describe("the hash of a script", () => {
  const change: Record<string, string> = {
    "extract.py": "print('other')\n",
    "tiny/__init__.py": "x = 1\n",
    "tiny/sql/keys.sql": "SELECT 2\n",
    "tiny/new.py": "",
    "requirements.txt": "Duck_DB==1.5.6\n",
  };

  test.each(Object.keys(change))("is another one where %s is another", async (name) => {
    const { folders } = await createWorld();
    const before = await readScript(folders);
    await writeFile(join(folders.scripts, name), change[name]!);
    expect((await readScript(folders)).digest).not.toBe(before.digest);
  });

  test.each(["tiny/test_tiny.py", "tiny/tiny.pyc", "notes.md"])("does not look at %s", async (name) => {
    const { folders } = await createWorld();
    const before = await readScript(folders);
    await writeFile(join(folders.scripts, name), "other");
    expect((await readScript(folders)).digest).toBe(before.digest);
  });

  test("is the same for the same files in another folder", async () => {
    const [one, two] = [await createWorld(), await createWorld()];
    expect((await readScript(one.folders)).digest).toBe((await readScript(two.folders)).digest);
  });
});
