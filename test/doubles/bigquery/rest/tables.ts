import type { ApiDataset, ApiTable, ApiTableList } from "../api-types.ts";
import { ApiFault } from "../errors.ts";
import type { ApiAnswer, ApiRequest, Route } from "../route.ts";
import {
  type BigQueryWorld,
  buildEtag,
  type DatasetState,
  findDataset,
  findTable,
  isExpired,
  type TableState,
} from "../world.ts";
import { isGranted, requirePermission, requireProject } from "./access.ts";

const base = "^/bigquery/v2/projects/(?<project>[^/]+)/datasets/(?<dataset>[^/]+)";

export function createTableRoutes(world: BigQueryWorld): Route[] {
  return [
    {
      name: "bigquery.tables.list",
      verb: "GET",
      path: new RegExp(`${base}/tables/?$`),
      answer: (request) => listTables(world, request),
    },
    {
      name: "bigquery.tables.get",
      verb: "GET",
      path: new RegExp(`${base}/tables/(?<table>[^/]+)$`),
      answer: (request) => getTable(world, request),
    },
    {
      name: "bigquery.tables.testIamPermissions",
      verb: "POST",
      path: new RegExp(`${base}/tables/(?<table>[^/:]+)/?:testIamPermissions$`),
      answer: (request) => testPermissions(world, request),
    },
    {
      name: "bigquery.datasets.get",
      verb: "GET",
      path: new RegExp(`${base}/?$`),
      answer: (request) => getDataset(world, request),
    },
  ];
}

function listTables(world: BigQueryWorld, { params, query }: ApiRequest): ApiAnswer {
  const { project = "", dataset: id = "" } = params;
  requireProject(world, project);
  requirePermission(world, "bigquery.tables.list", `Dataset ${project}:${id}`);
  const dataset = findDataset(world, project, id);
  const tables = [...dataset.tables.values()]
    .filter((table) => !isExpired(table, world.clock))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const wanted = Math.min(Number(query.get("maxResults") ?? 50), world.maxPage);
  const page = tables.filter((table) => table.id > readPageToken(query.get("pageToken"))).slice(0, wanted);
  const last = page.at(-1);
  const isMore = last !== undefined && last.id !== tables.at(-1)?.id;
  const etag = buildEtag(id, ...page.map(buildTableEtag));
  const json = {
    kind: "bigquery#tableList",
    etag,
    ...(page.length === 0 ? {} : { tables: page.map((table) => renderEntry(dataset, table)) }),
    ...(isMore ? { nextPageToken: Buffer.from(last.id).toString("base64url") } : {}),
    totalItems: tables.length,
  } satisfies ApiTableList;
  return { json, etag };
}

function readPageToken(token: string | null): string {
  if (token === null || token === "") return "";
  const text = Buffer.from(token, "base64url").toString();
  if (!/^[A-Za-z0-9_]+$/.test(text)) throw new ApiFault(400, "invalid", `Invalid page token: ${token}`);
  return text;
}

/** What a list says of a table: nothing of its rows, bytes and modification time. */
function renderEntry({ project, id }: DatasetState, table: TableState) {
  return {
    kind: "bigquery#table",
    id: `${project}:${id}.${table.id}`,
    tableReference: { projectId: project, datasetId: id, tableId: table.id },
    type: table.type,
    ...(Object.keys(table.labels).length === 0 ? {} : { labels: table.labels }),
    creationTime: String(table.createdMs),
    ...(table.expiresMs === null ? {} : { expirationTime: String(table.expiresMs) }),
  } satisfies NonNullable<ApiTableList["tables"]>[number];
}

function getTable(world: BigQueryWorld, { params }: ApiRequest): ApiAnswer {
  const { project = "", dataset: id = "", table: name = "" } = params;
  requireProject(world, project);
  const dataset = findDataset(world, project, id);
  requirePermission(world, "bigquery.tables.get", `Table ${project}:${id}.${name}`);
  const table = findTable(world, project, id, name);
  const etag = buildTableEtag(table);
  return { json: renderTable(dataset, table, etag), etag };
}

/** Whoever has none of them, and whoever asks of a table that is not there, is answered without a list. */
function testPermissions(world: BigQueryWorld, { params, body }: ApiRequest): ApiAnswer {
  const { project = "", dataset = "", table = "" } = params;
  const { permissions: asked } = JSON.parse(body.toString()) as { permissions: string[] };
  const isThere = world.datasets.get(`${project}:${dataset}`)?.tables.has(table) ?? false;
  const permissions = asked.filter(
    (one) => isThere && isGranted(world, one, `${project}:${dataset}.${table}`),
  );
  return { json: permissions.length === 0 ? {} : { permissions } };
}

/** Of what people declare alone: new rows, and the times and sizes they bring, leave it as it was. */
function buildTableEtag({ id, type, schema, labels, expiresMs, createdMs }: TableState): string {
  return buildEtag(id, type, JSON.stringify(schema), JSON.stringify(labels), String(expiresMs), createdMs);
}

function renderTable({ project, id, location }: DatasetState, table: TableState, etag: string): ApiTable {
  const isStored = table.type === "TABLE" || table.type === "SNAPSHOT";
  return {
    kind: "bigquery#table",
    etag,
    id: `${project}:${id}.${table.id}`,
    tableReference: { projectId: project, datasetId: id, tableId: table.id },
    type: table.type,
    location,
    schema: { fields: table.schema },
    creationTime: String(table.createdMs),
    lastModifiedTime: String(table.modifiedMs),
    ...(table.expiresMs === null ? {} : { expirationTime: String(table.expiresMs) }),
    ...(Object.keys(table.labels).length === 0 ? {} : { labels: table.labels }),
    ...(table.type === "VIEW" ? { view: { query: "SELECT 1", useLegacySql: false } } : {}),
    ...(isStored ? renderSize(table) : {}),
  };
}

/** int64 is text in JSON. Rows that were streamed in lately are estimated apart, and in neither number. */
function renderSize({ rows, bytes, streaming }: TableState): Partial<ApiTable> {
  const size = { numRows: String(rows), numBytes: String(bytes), numLongTermBytes: "0" };
  if (streaming === null) return size;
  const streamingBuffer = {
    estimatedRows: String(streaming.rows),
    estimatedBytes: String(streaming.bytes),
    oldestEntryTime: String(streaming.oldestMs),
  };
  return { ...size, streamingBuffer };
}

function getDataset(world: BigQueryWorld, { params }: ApiRequest): ApiAnswer {
  const { project = "", dataset: id = "" } = params;
  requireProject(world, project);
  requirePermission(world, "bigquery.datasets.get", `Dataset ${project}:${id}`);
  const { location } = findDataset(world, project, id);
  const etag = buildEtag(project, id, location);
  const json = {
    kind: "bigquery#dataset",
    etag,
    id: `${project}:${id}`,
    datasetReference: { projectId: project, datasetId: id },
    location,
  } satisfies ApiDataset;
  return { json, etag };
}
