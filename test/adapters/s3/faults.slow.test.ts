import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isShardliftError, type ShardliftError } from "../../../src/errors.ts";
import type { ObjectStore } from "../../../src/ports.ts";
import { type AwsProxy, startAwsProxy } from "../../support/aws-proxy.ts";
import {
  type AwsServer,
  account,
  findServer,
  neededServer,
  startMinistack,
} from "../../support/aws-servers.ts";
import { makeBucket, newPlace, openStore, rawClient, useStandInCredentials } from "./s3-world.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const ifAbsent = { ifAbsent: true } as const;

async function textOf(store: ObjectStore, key: string): Promise<string | null> {
  const found = await store.get(key);
  return found === null ? null : new TextDecoder().decode(found.body);
}

async function refusal(work: Promise<unknown>): Promise<ShardliftError> {
  const error = await work.then(
    () => new Error("nothing was refused"),
    (reason) => reason,
  );
  if (!isShardliftError(error)) throw error;
  return error;
}

async function listAll(store: ObjectStore, prefix = ""): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

describe.skipIf(findServer("ministack") === null)(`a bucket that fails${neededServer("ministack")}`, () => {
  let server: AwsServer;
  let proxy: AwsProxy;

  beforeAll(async () => {
    useStandInCredentials();
    server = await startMinistack();
    await makeBucket(server.endpoint, "shop-lake");
    proxy = await startAwsProxy(server.endpoint);
  });

  beforeEach(() => proxy.reset());

  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  const limits = { callMs: 2000, transferMs: 2000 };
  const fresh = (more: Parameters<typeof openStore>[1] = {}) => {
    const place = newPlace(proxy.endpoint, "shop-lake");
    return {
      place,
      store: openStore(place, { limits, ...more }),
      whole: (key: string) => `${place.prefix}/${key}`,
    };
  };

  async function makeFile(size: number): Promise<string> {
    const path = join(await mkdtemp(join(tmpdir(), "shardlift-")), "rows.parquet");
    await writeFile(path, Buffer.from(Uint8Array.from({ length: size }, (_, index) => (index * 7919) >> 3)));
    return path;
  }

  async function countUnfinished(prefix: string): Promise<number> {
    const asked = new ListMultipartUploadsCommand({ Bucket: "shop-lake", Prefix: prefix });
    const { Uploads = [] } = await rawClient(server.endpoint).send(asked);
    return Uploads.filter(({ Key }) => Key?.startsWith(prefix)).length;
  }

  describe("a conditional put", () => {
    test.each(["lost", "reset"] as const)(
      "that was not answered (%s) is sent once and its outcome is unknown",
      async (fault) => {
        const { store, whole } = fresh();
        proxy.inject({ fault, operation: "PutObject" });
        const error = await refusal(store.put("a", bytes("x"), ifAbsent));
        expect({ code: error.code, retryable: error.retryable }).toEqual({
          code: "outside",
          retryable: true,
        });
        expect(proxy.calls).toEqual([`PutObject ${whole("a")}`]);
        expect(await textOf(store, "a")).toBe(fault === "lost" ? "x" : null);
      },
    );

    test.each([
      [500, "InternalError"],
      [503, "SlowDown"],
    ])("that was answered with %i %s is not repeated", async (status, code) => {
      const { store, whole } = fresh();
      proxy.inject({ fault: "answer", status, code, operation: "PutObject" });
      const error = await refusal(store.put("a", bytes("x"), ifAbsent));
      expect({ code: error.code, retryable: error.retryable }).toEqual({ code: "outside", retryable: true });
      expect(proxy.calls).toEqual([`PutObject ${whole("a")}`]);
    });

    test("that met another one (409) was not done, so it is sent again, and the condition decides", async () => {
      const { store, whole } = fresh();
      proxy.inject({
        fault: "answer",
        status: 409,
        code: "ConditionalRequestConflict",
        operation: "PutObject",
        times: 2,
      });
      expect((await store.put("a", bytes("x"), ifAbsent)).put).toBe(true);
      expect(proxy.calls).toEqual(Array.from({ length: 3 }, () => `PutObject ${whole("a")}`));
      proxy.inject({
        fault: "answer",
        status: 409,
        code: "ConditionalRequestConflict",
        operation: "PutObject",
        times: 2,
      });
      expect(await store.put("a", bytes("y"), ifAbsent)).toEqual({ put: false });
    });

    test("that meets others for ever (409) is no refusal but a fault", async () => {
      const { store } = fresh();
      proxy.inject({
        fault: "answer",
        status: 409,
        code: "ConditionalRequestConflict",
        operation: "PutObject",
      });
      const error = await refusal(store.put("a", bytes("x"), ifAbsent));
      expect({ code: error.code, retryable: error.retryable }).toEqual({ code: "outside", retryable: true });
    });

    test("signed with a clock that S3 calls wrong was not done, and is sent again with the time learned", async () => {
      const { store, whole } = fresh();
      proxy.inject({
        fault: "answer",
        status: 403,
        code: "RequestTimeTooSkewed",
        headers: { date: new Date(Date.now() + 3_600_000).toUTCString() },
        operation: "PutObject",
        times: 1,
      });
      expect((await store.put("a", bytes("x"), ifAbsent)).put).toBe(true);
      expect(proxy.calls).toEqual([`PutObject ${whole("a")}`, `PutObject ${whole("a")}`]);
      const [first, second] = proxy.signedMs;
      expect(Math.round((second! - first!) / 60_000)).toBe(60);
    });
  });

  describe("an upload of a file", () => {
    test.each(["lost", "reset"] as const)(
      "that was not answered (%s) is settled by what is there",
      async (fault) => {
        const { store, whole } = fresh();
        proxy.inject({ fault, operation: "PutObject", times: 1 });
        const result = await store.putFile("a", await makeFile(1000));
        expect(result).toEqual({ put: true, etag: (await store.get("a"))!.etag });
        const sent = [`PutObject ${whole("a")}`, `HeadObject ${whole("a")}`];
        const again = fault === "lost" ? [] : [`PutObject ${whole("a")}`];
        expect(proxy.calls).toEqual([...sent, ...again, `GetObject ${whole("a")}`]);
      },
    );

    test("is refused where another's file is, however often its own answers are lost", async () => {
      const { store } = fresh();
      await store.put("a", bytes("theirs"), ifAbsent);
      proxy.inject({ fault: "answer", status: 503, code: "SlowDown", operation: "PutObject", times: 2 });
      expect(await store.putFile("a", await makeFile(1000))).toEqual({ put: false });
      expect(await textOf(store, "a")).toBe("theirs");
    });

    const parts = { wholeBytes: 6_000_000, partBytes: 5_300_000 };

    test("above a limit goes up in parts, each at most of a part's size, and has one etag everywhere", async () => {
      const { store, whole } = fresh(parts);
      const path = await makeFile(16_000_001);
      const result = await store.putFile("a", path);
      const listed = [];
      for await (const object of store.list("a")) listed.push([object.bytes, object.etag]);
      const found = (await store.get("a"))!;
      expect(result).toEqual({ put: true, etag: found.etag });
      expect(listed).toEqual([[16_000_001, found.etag]]);
      expect(Buffer.compare(found.body, await readFile(path))).toBe(0);
      const counted = proxy.calls.filter((call) => call === `UploadPart ${whole("a")}`).length;
      expect([counted, proxy.calls[0]]).toEqual([4, `CreateMultipartUpload ${whole("a")}`]);
      expect(await store.put("a", bytes("x"), { ifMatch: found.etag })).toMatchObject({ put: true });
    });

    test("in parts holds a few of them at a time", async () => {
      const { store } = fresh({ wholeBytes: 6_000_000, partBytes: 5_300_000 });
      await store.putFile("a", await makeFile(53_000_000));
      expect(proxy.calls.filter((call) => call.startsWith("UploadPart"))).toHaveLength(10);
      expect(proxy.mostAtOnce()).toBeLessThanOrEqual(4);
    });

    test("in parts is refused where an object is, and leaves no part behind", async () => {
      const { store, place } = fresh(parts);
      await store.put("a", bytes("theirs"), ifAbsent);
      expect(await store.putFile("a", await makeFile(7_000_000))).toEqual({ put: false });
      expect(await textOf(store, "a")).toBe("theirs");
      expect(await countUnfinished(place.prefix)).toBe(0);
    });

    test("in parts of which some fail sends those again and no other", async () => {
      const { store, whole } = fresh(parts);
      proxy.inject({ fault: "reset", operation: "UploadPart", times: 1 });
      proxy.inject({
        fault: "answer",
        status: 503,
        code: "SlowDown",
        operation: "UploadPart",
        times: 1,
        after: 1,
      });
      expect((await store.putFile("a", await makeFile(16_000_001))).put).toBe(true);
      expect(proxy.calls.filter((call) => call === `UploadPart ${whole("a")}`)).toHaveLength(6);
    });

    test("in parts whose completion was done and not answered is done, once", async () => {
      const { store, whole } = fresh(parts);
      proxy.inject({ fault: "lost", operation: "CompleteMultipartUpload", times: 1 });
      const result = await store.putFile("a", await makeFile(7_000_000));
      expect(result).toEqual({ put: true, etag: (await store.get("a"))!.etag });
      expect(proxy.calls.filter((call) => call.startsWith("Complete"))).toEqual([
        `CompleteMultipartUpload ${whole("a")}`,
      ]);
    });

    test("in parts whose completion met another one (409) goes up anew", async () => {
      const { store, place } = fresh(parts);
      proxy.inject({
        fault: "answer",
        status: 409,
        code: "ConditionalRequestConflict",
        operation: "CompleteMultipartUpload",
        times: 1,
      });
      expect((await store.putFile("a", await makeFile(7_000_000))).put).toBe(true);
      expect(proxy.calls.filter((call) => call.startsWith("Create"))).toHaveLength(2);
      expect(await countUnfinished(place.prefix)).toBe(0);
    });

    test("in parts that somebody aborted goes up anew", async () => {
      const { store } = fresh(parts);
      proxy.inject({
        fault: "answer",
        status: 404,
        code: "NoSuchUpload",
        operation: "CompleteMultipartUpload",
        times: 1,
      });
      expect((await store.putFile("a", await makeFile(7_000_000))).put).toBe(true);
    });

    test("in parts that never succeed leaves nothing behind", async () => {
      const { store, place } = fresh(parts);
      proxy.inject({ fault: "answer", status: 500, code: "InternalError", operation: "UploadPart" });
      const error = await refusal(store.putFile("a", await makeFile(7_000_000)));
      expect({ code: error.code, retryable: error.retryable }).toEqual({ code: "outside", retryable: true });
      expect([await listAll(store), await countUnfinished(place.prefix)]).toEqual([[], 0]);
    });
  });

  test("every call names the bucket's owner, and every write the key, where the environment has them", async () => {
    const kmsKey = "arn:aws:kms:eu-central-1:123456789012:key/1a2b";
    const place = { ...newPlace(proxy.endpoint, "shop-lake"), bucketOwner: account };
    const store = openStore(place, { kmsKey, wholeBytes: 6_000_000, partBytes: 5_300_000 });
    await store.put("small", bytes("x"), ifAbsent);
    await store.putFile("whole", await makeFile(1000));
    await store.putFile("parts", await makeFile(7_000_000));
    await store.get("small");
    await store.now();
    await store.remove(await listAll(store));
    const names = proxy.calls.map((call) => call.split(" ", 1)[0]!);
    expect(proxy.headers.map((headers) => headers["x-amz-expected-bucket-owner"])).toEqual(
      names.map(() => account),
    );
    const encrypted = names.filter((_, index) => {
      const headers = proxy.headers[index]!;
      const told = [
        headers["x-amz-server-side-encryption"],
        headers["x-amz-server-side-encryption-aws-kms-key-id"],
      ];
      return JSON.stringify(told) === JSON.stringify(["aws:kms", kmsKey]);
    });
    expect(encrypted).toEqual(["PutObject", "PutObject", "CreateMultipartUpload"]);
    expect(new Set(names)).toEqual(
      new Set([
        "PutObject",
        "CreateMultipartUpload",
        "UploadPart",
        "CompleteMultipartUpload",
        "GetObject",
        "ListObjectsV2",
        "DeleteObjects",
      ]),
    );
  });

  describe("reading", () => {
    test.each(["slow", "cut"] as const)(
      "a body that does not end (%s) fails within the time limit and can be asked again",
      async (fault) => {
        const { store } = fresh({ limits: { callMs: 2000, transferMs: 500 } });
        await store.put("a", bytes("long enough to be cut"), ifAbsent);
        proxy.inject({ fault, operation: "GetObject", times: 1 });
        const error = await refusal(store.get("a"));
        expect({ code: error.code, retryable: error.retryable }).toEqual({
          code: "outside",
          retryable: true,
        });
        expect(await textOf(store, "a")).toBe("long enough to be cut");
      },
    );

    test("lists on from the page that failed", async () => {
      const { store, place } = fresh();
      const client = rawClient(server.endpoint);
      const { PutObjectCommand } = await import("@aws-sdk/client-s3");
      const keys = Array.from({ length: 1001 }, (_, index) => `day=${String(index).padStart(4, "0")}`);
      for (let start = 0; start < keys.length; start += 50) {
        const put = (key: string) =>
          client.send(
            new PutObjectCommand({ Bucket: "shop-lake", Key: `${place.prefix}/${key}`, Body: "x" }),
          );
        await Promise.all(keys.slice(start, start + 50).map(put));
      }
      const list = `ListObjectsV2 ${place.prefix}/`;
      expect(await listAll(store)).toEqual(keys);
      expect(proxy.calls).toEqual([list, list]);
      proxy.reset();
      proxy.inject({
        fault: "answer",
        status: 503,
        code: "SlowDown",
        operation: "ListObjectsV2",
        times: 1,
        after: 1,
      });
      expect(await listAll(store)).toEqual(keys);
      expect(proxy.calls).toEqual([list, list, list]);
      proxy.reset();
      await store.remove(keys.slice(0, 1));
      expect(await listAll(store)).toEqual(keys.slice(1));
      expect(proxy.calls).toEqual(["DeleteObjects", list]);
      proxy.reset();
      await store.remove(keys.slice(1));
      await store.remove(keys);
      expect(proxy.calls).toEqual(["DeleteObjects", "DeleteObjects", "DeleteObjects"]);
      expect(await listAll(store)).toEqual([]);
    });

    test("names what it could not do from the lake's place on", async () => {
      const { store, place } = fresh();
      for (const operation of ["GetObject", "ListObjectsV2", "DeleteObjects"]) {
        proxy.inject({ fault: "answer", status: 403, code: "AccessDenied", operation });
      }
      const refused = [
        refusal(store.get("a/b")),
        refusal(listAll(store, "a/")),
        refusal(listAll(store)),
        refusal(store.remove(["a/b"])),
        refusal(store.remove(["a", "b"])),
      ];
      expect((await Promise.all(refused)).map(({ parts }) => parts.failed)).toEqual([
        `s3://shop-lake/${place.prefix}/ could not read a/b.`,
        `s3://shop-lake/${place.prefix}/ could not list a/.`,
        `s3://shop-lake/${place.prefix}/ could not list everything.`,
        `s3://shop-lake/${place.prefix}/ could not remove a/b.`,
        `s3://shop-lake/${place.prefix}/ could not remove 2 objects.`,
      ]);
    });

    test("leaves out what consoles make to show folders", async () => {
      const { store, place } = fresh();
      const { PutObjectCommand } = await import("@aws-sdk/client-s3");
      for (const key of ["", "web-shop/", "web-shop/a.json"]) {
        const put = new PutObjectCommand({
          Bucket: "shop-lake",
          Key: `${place.prefix}/${key}`,
          Body: Buffer.alloc(0),
        });
        await rawClient(server.endpoint).send(put);
      }
      expect(await listAll(store)).toEqual(["web-shop/a.json"]);
    });

    test("tells the time as the bucket's answers do, in one call", async () => {
      const { store, whole } = fresh();
      proxy.setDate(Date.UTC(2026, 10, 20, 12));
      expect(await store.now()).toBe(Date.UTC(2026, 10, 20, 12));
      expect(proxy.calls).toEqual([`ListObjectsV2 ${whole("_clock")}`]);
    });
  });
});
