import type { Source } from "../../ports.ts";
import { createS3FilesPlace, type S3FilesOptions } from "./s3-place.ts";
import { createPlacedSource } from "./source.ts";

/**
 * A source of files in a bucket, named as in a folder: `s3://bucket/prefix/<dataset>/<shard>[-NNN].parquet`. Versions
 * hold the objects' etags, which stand for contents; schemas and counts come from footers, by ranged reads. Faults are
 * asked again here, call by call.
 */
export function createS3FilesSource(options: S3FilesOptions): Source {
  return createPlacedSource(createS3FilesPlace(options));
}
