import { createHash } from "node:crypto";
import { ApiFault } from "../errors.ts";
import type { ApiAnswer, ApiRequest, Route } from "../route.ts";
import type { BigQueryWorld, BucketState } from "../world.ts";
import { isGranted, requirePermission } from "./access.ts";
import { crc32c } from "./crc32c.ts";

const base = "^(?:/download)?/storage/v1/b/(?<bucket>[^/]+)";

/** The part of Cloud Storage's JSON API that brings extracts here and removes them. */
export function createStorageRoutes(world: BigQueryWorld): Route[] {
  const path = (rest: string) => new RegExp(`${base}${rest}$`);
  return [
    {
      name: "storage.buckets.get",
      verb: "GET",
      path: path("/?"),
      answer: (asked) => getBucket(world, asked),
    },
    {
      name: "storage.buckets.testIamPermissions",
      verb: "GET",
      path: path("/iam/testPermissions"),
      answer: (asked) => testPermissions(world, asked),
    },
    {
      name: "storage.objects.list",
      verb: "GET",
      path: path("/o/?"),
      answer: (asked) => listObjects(world, asked),
    },
    {
      name: "storage.objects.get",
      verb: "GET",
      path: path("/o/(?<object>[^/]+)"),
      answer: (asked) => getObject(world, asked),
    },
    {
      name: "storage.objects.delete",
      verb: "DELETE",
      path: path("/o/(?<object>[^/]+)"),
      answer: (asked) => deleteObject(world, asked),
    },
  ];
}

function findBucket(world: BigQueryWorld, name: string, permission: string): BucketState {
  const bucket = world.buckets.get(name);
  if (bucket === undefined) throw new ApiFault(404, "notFound", "The specified bucket does not exist.");
  requirePermission(world, permission, `Bucket ${name}`);
  return bucket;
}

function getBucket(world: BigQueryWorld, { params }: ApiRequest): ApiAnswer {
  const { bucket = "" } = params;
  const { location } = findBucket(world, bucket, "storage.buckets.get");
  return { json: { kind: "storage#bucket", id: bucket, name: bucket, location: location.toUpperCase() } };
}

/** Takes no right but to be somebody. */
function testPermissions(world: BigQueryWorld, { params, query }: ApiRequest): ApiAnswer {
  const { bucket = "" } = params;
  if (!world.buckets.has(bucket)) throw new ApiFault(404, "notFound", "The specified bucket does not exist.");
  const permissions = query.getAll("permissions").filter((one) => isGranted(world, one, bucket));
  const kind = "storage#testIamPermissionsResponse";
  return { json: { kind, ...(permissions.length === 0 ? {} : { permissions }) } };
}

function listObjects(world: BigQueryWorld, { params, query }: ApiRequest): ApiAnswer {
  const { bucket = "" } = params;
  const { objects } = findBucket(world, bucket, "storage.objects.list");
  const prefix = query.get("prefix") ?? "";
  const after = Buffer.from(query.get("pageToken") ?? "", "base64url").toString();
  const names = [...objects.keys()].filter((name) => name.startsWith(prefix) && name > after).toSorted();
  const page = names.slice(0, Math.min(Number(query.get("maxResults") ?? 1_000), world.maxPage));
  const isMore = page.length < names.length;
  const items = page.map((name) => renderObject(bucket, name, objects.get(name)!));
  const nextPageToken = Buffer.from(page.at(-1) ?? "").toString("base64url");
  return { json: { kind: "storage#objects", items, ...(isMore ? { nextPageToken } : {}) } };
}

type StoredBody = BucketState["objects"] extends Map<string, infer Value> ? Value : never;

function renderObject(bucket: string, name: string, { body, createdMs, generation }: StoredBody): object {
  return {
    kind: "storage#object",
    id: `${bucket}/${name}/${generation}`,
    ...{ name, bucket, generation: String(generation), metageneration: "1" },
    contentType: "application/octet-stream",
    size: String(body.length),
    ...renderHashes(body),
    timeCreated: new Date(createdMs).toISOString(),
    updated: new Date(createdMs).toISOString(),
  };
}

function renderHashes(body: Buffer): { md5Hash: string; crc32c: string } {
  return { md5Hash: createHash("md5").update(body).digest("base64"), crc32c: crc32c(body) };
}

function findObject(bucket: BucketState, name: string, object: string): StoredBody {
  const found = bucket.objects.get(object);
  if (found === undefined) throw new ApiFault(404, "notFound", `No such object: ${name}/${object}`);
  return found;
}

/** Metadata, or with `alt=media` the bytes, or a range of them. */
function getObject(world: BigQueryWorld, { params, query, headers }: ApiRequest): ApiAnswer {
  const { bucket = "", object = "" } = params;
  const found = findObject(findBucket(world, bucket, "storage.objects.get"), bucket, object);
  if (query.get("alt") !== "media") return { json: renderObject(bucket, object, found) };
  const hashes = renderHashes(found.body);
  const about = {
    "content-type": "application/octet-stream",
    "x-goog-hash": `crc32c=${hashes.crc32c},md5=${hashes.md5Hash}`,
    "x-goog-generation": String(found.generation),
    "x-goog-stored-content-encoding": "identity",
    "x-goog-stored-content-length": String(found.body.length),
  };
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "") ?? [];
  if (first === undefined)
    return { body: found.body, headers: { ...about, "content-length": String(found.body.length) } };
  if (Number(first) >= found.body.length)
    throw new ApiFault(416, "requestedRangeNotSatisfiable", "Request range not satisfiable");
  const end = last === undefined || last === "" ? found.body.length : Number(last) + 1;
  const part = found.body.subarray(Number(first), end);
  const range = `bytes ${first}-${Number(first) + part.length - 1}/${found.body.length}`;
  return {
    body: part,
    status: 206,
    headers: { ...about, "content-range": range, "content-length": String(part.length) },
  };
}

function deleteObject(world: BigQueryWorld, { params }: ApiRequest): ApiAnswer {
  const { bucket = "", object = "" } = params;
  const place = findBucket(world, bucket, "storage.objects.delete");
  findObject(place, bucket, object);
  place.objects.delete(object);
  return { body: Buffer.alloc(0), status: 204 };
}
