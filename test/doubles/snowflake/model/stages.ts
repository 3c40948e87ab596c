import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { SnowflakeError } from "../errors.ts";
import type { Stage } from "./catalog.ts";
import type { StagedFile } from "./load-metadata.ts";

/** Where a bucket's objects lie on this machine. */
export interface Mount {
  /** `s3://lake/`, with a slash at its end. */
  url: string;
  folder: string;
  /** The storage integration's role may not look: as after a wrong trust policy. */
  denied?: boolean;
}

export interface Storage {
  /** @returns null where there is no such object */
  find(url: string): Promise<StagedFile | null>;
  /** All objects whose URL begins so, by URL. */
  list(prefix: string): Promise<StagedFile[]>;
}

/** @throws SnowflakeError `stage denied` where the mount is denied, or none is there */
export function createStorage(mounts: readonly Mount[]): Storage {
  const hashes = new Map<string, string>();
  const findMount = (url: string) => {
    const mount = mounts.find((one) => url.startsWith(one.url));
    if (mount !== undefined && !mount.denied) return mount;
    const text = `Failure using stage area. Cause: [Access Denied (Status Code: 403; Error Code: AccessDenied)] for ${url}`;
    throw new SnowflakeError("stage denied", text);
  };
  return {
    async find(url) {
      const mount = findMount(url);
      return describe(url, join(mount.folder, url.slice(mount.url.length)), hashes);
    },
    async list(prefix) {
      const mount = findMount(prefix);
      const below = prefix.slice(mount.url.length);
      const folder = join(mount.folder, below.replace(/[^/]*$/, ""));
      const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
      const urls = entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => ({
          path,
          url: mount.url + path.slice(join(mount.folder, "/").length).split(sep).join("/"),
        }))
        .filter(({ url }) => url.startsWith(prefix));
      const files = await Promise.all(urls.map(({ url, path }) => describe(url, path, hashes)));
      return files.filter((file) => file !== null).sort((a, b) => (a.url < b.url ? -1 : 1));
    },
  };
}

async function describe(url: string, path: string, hashes: Map<string, string>): Promise<StagedFile | null> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  if (found === null || !found.isFile()) return null;
  const known = `${path} ${found.size} ${found.mtimeNs}`;
  const etag = hashes.get(known) ?? (await hashFile(path));
  hashes.set(known, etag);
  return { url, path, bytes: Number(found.size), etag, modifiedMs: Number(found.mtimeMs) };
}

/** As S3's: equal content has an equal etag, whenever it was put. */
async function hashFile(path: string): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** `@db.schema.stage/a/b/` → the stage's URL and what comes after it. */
export function joinUrl(stage: Stage, path: string): string {
  return stage.url + path.replace(/^\/+/, "");
}
