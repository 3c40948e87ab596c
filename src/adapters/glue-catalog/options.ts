import type { GlueCatalog } from "../../config/types.ts";
import type { Clock } from "../../ports.ts";
import type { LakePlace } from "./locations.ts";

export interface GlueCatalogOptions {
  config: GlueCatalog;
  lake: LakePlace;
  /** The environment's name: in crawlers' names and tags. */
  environment: string;
  clock: Clock;
  /** Ends requests and waits. */
  signal?: AbortSignal;
  /** Left out: the SDK's own chain. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
}
