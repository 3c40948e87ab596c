import { createGlueCatalog } from "../../../src/adapters/glue-catalog/catalog.ts";
import type { GlueCatalogOptions } from "../../../src/adapters/glue-catalog/options.ts";
import type { GlueCatalog, TableName } from "../../../src/config/types.ts";
import type { Column } from "../../../src/days/schema.ts";
import type { Catalog, Clock } from "../../../src/ports.ts";
import { type CatalogDouble, createCatalogDouble } from "../../doubles/glue/catalog/catalog.ts";
import type { CatalogModel, TableRecord } from "../../doubles/glue/catalog/model.ts";
import {
  doubleCredentials,
  doubleRegion,
  type GlueDouble,
  startGlueDouble,
} from "../../doubles/glue/double.ts";

export const table: TableName = { schema: "Analytics", table: "web_shop_events" };
export const prefix = "web-shop/ga4_events/";
export const crawlerRole = "arn:aws:iam::123456789012:role/shardlift-crawler";

export interface GlueWorld {
  double: GlueDouble;
  model: CatalogModel;
  catalog: Catalog;
  /** The double's own time; sleeping moves it on. */
  clock: Clock;
  /** The catalog as another command sees it. */
  connect(over?: Partial<GlueCatalogOptions>): Catalog;
  readTable(): TableRecord;
  /** Operations asked so far, in their order. */
  listCalls(): string[];
  close(): Promise<void>;
}

export const config: GlueCatalog = {
  type: "glue",
  region: doubleRegion,
  endpoint: null,
  databasePrefix: "prod_",
  crawler: null,
  tags: { team: "growth", cost_centre: "4711" },
};

/** The Glue double with the catalog's adapter before it. */
export async function createGlueWorld(
  over: Parameters<typeof createCatalogDouble>[0] & { crawler?: GlueCatalog["crawler"] } = {},
): Promise<GlueWorld> {
  const { crawler = null, ...options } = over;
  const half: CatalogDouble = createCatalogDouble(options);
  const double = await startGlueDouble({ operations: half.operations });
  const clock: Clock = {
    now: () => double.clock.now(),
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      double.clock.advance(ms);
    },
  };
  const connect = (changes: Partial<GlueCatalogOptions> = {}) =>
    createGlueCatalog({
      config: { ...config, crawler, endpoint: double.endpoint },
      lake: { bucket: "shop-lake", prefix: "raw/ga" },
      environment: "prod",
      clock,
      credentials: doubleCredentials,
      ...changes,
    });
  return {
    double,
    model: half.model,
    catalog: connect(),
    clock,
    connect,
    readTable: () => half.model.databases.get("prod_analytics")!.tables.get("web_shop_events")!,
    listCalls: () => double.log.map(({ operation }) => operation),
    close: () => double.close(),
  };
}

export function column(name: string, type: Column["type"] = "STRING", over: Partial<Column> = {}): Column {
  return { name, type, mode: "NULLABLE", ...over };
}

export function record(name: string, ...members: string[]): Column {
  return column(name, "RECORD", { fields: members.map((member) => column(member)) });
}
