import { buildJsonSchema } from "../config/build-json-schema.ts";
import { manifestSchema } from "./manifest-schema.ts";

/**
 * The manifest's JSON Schema, by its paths below the repository's root: for everybody, and beside the Python that
 * reads manifests by it, since only `dags/` is copied to where Airflow is.
 */
export function buildManifestFiles(): Record<string, string> {
  const text = `${JSON.stringify(buildJsonSchema(manifestSchema), null, 2)}\n`;
  return {
    "schemas/dag-manifest.schema.json": text,
    "dags/shardlift_airflow/dag-manifest.schema.json": text,
  };
}
