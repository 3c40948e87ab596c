import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFolderStore } from "../../../src/adapters/folder/folder-store.ts";
import { describeObjectStore } from "../../contracts/object-store.ts";

async function createStore(name: string) {
  return createFolderStore({ root: join(await mkdtemp(join(tmpdir(), "shardlift-")), name) });
}

describeObjectStore("a folder", () => createStore("lake"));
describeObjectStore("a folder with a hostile name", () => createStore("läke  of 'day=1' %20 日本"));
