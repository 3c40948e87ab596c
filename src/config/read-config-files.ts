import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildJsonSchema } from "./build-json-schema.ts";
import { environmentSchema } from "./environment-schema.ts";
import { pipelineSchema } from "./pipeline-schema.ts";
import { renderConfigDocs } from "./render-config-docs.ts";

const exampleFiles = ["pipelines/web-shop.yaml", "pipelines/fan-app.yaml", "environments/local.yaml"];

/**
 * Every file that is generated from the schemas, by its path below the repository's root. A test compares
 * them with what is there.
 * @param root of the repository; the examples are read from it.
 */
export async function readConfigFiles(root: string): Promise<Record<string, string>> {
  const pipeline = buildJsonSchema(pipelineSchema);
  const environment = buildJsonSchema(environmentSchema);
  const examples = await Promise.all(
    exampleFiles.map(async (file) => ({ file, text: await readFile(join(root, file), "utf8") })),
  );
  return {
    "schemas/pipeline.schema.json": renderJson(pipeline),
    "schemas/environment.schema.json": renderJson(environment),
    "docs/configuration.md": renderConfigDocs({ pipeline, environment, examples }),
  };
}

function renderJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
