import { buildJsonSchema } from "./build-json-schema.ts";
import { environmentSchema } from "./environment-schema.ts";
import { pipelineSchema } from "./pipeline-schema.ts";
import { renderConfigDocs } from "./render-config-docs.ts";

/** Shown on the reference page, in this order; paths below the repository's root. */
export const exampleFiles = [
  "pipelines/web-shop.yaml",
  "pipelines/fan-app.yaml",
  "environments/local.yaml",
  "environments/prod.yaml",
];

/**
 * Every file that is generated from the schemas, by its path below the repository's root. A test compares
 * them with what is there.
 */
export function buildConfigFiles(
  examples: readonly { file: string; text: string }[],
): Record<string, string> {
  const pipeline = buildJsonSchema(pipelineSchema);
  const environment = buildJsonSchema(environmentSchema);
  return {
    "schemas/pipeline.schema.json": renderJson(pipeline),
    "schemas/environment.schema.json": renderJson(environment),
    "docs/configuration.md": renderConfigDocs({ pipeline, environment, examples }),
  };
}

function renderJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
