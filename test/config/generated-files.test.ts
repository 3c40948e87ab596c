import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { buildConfigFiles, exampleFiles } from "../../src/config/build-config-files.ts";
import { readEnvironment, readEnvironments } from "../../src/config/read-environments.ts";
import { readPipelines } from "../../src/config/read-pipelines.ts";
import { environmentText, pipelineText } from "./texts.ts";

const root = join(import.meta.dirname, "../..");

async function generate(): Promise<Record<string, string>> {
  const read = exampleFiles.map(async (file) => ({ file, text: await readFile(join(root, file), "utf8") }));
  return buildConfigFiles(await Promise.all(read));
}

async function acceptedBy(schema: string, text: string): Promise<boolean> {
  const json = JSON.parse(await readFile(join(root, schema), "utf8"));
  return z.fromJSONSchema(json).safeParse(parse(text)).success;
}

describe("generated files", () => {
  test("are fresh; if this one is stale, run `node scripts/generate-config-docs.mjs`", async () => {
    for (const [file, text] of Object.entries(await generate())) {
      expect(await readFile(join(root, file), "utf8"), `${file} is stale`).toBe(text);
    }
  });

  test("describe every key, and hold no word of ours that editors do not know", async () => {
    for (const text of Object.values(await generate()).slice(0, 2)) {
      const keywords = new Set<string>();
      const undescribed: string[] = [];
      visitSchema(JSON.parse(text), "", keywords, undescribed);
      expect([...keywords].filter((word) => ["rule", "example", "otherwise"].includes(word))).toEqual([]);
      expect(undescribed).toEqual([]);
    }
  });

  test("name every key on the reference page", async () => {
    const page = (await generate())["docs/configuration.md"] ?? "";
    for (const key of [
      "families[].table",
      "columns.hash",
      "engine.file_size",
      "secrets.hash_key",
      "max_read",
    ]) {
      expect(page).toContain(`| \`${key}\` |`);
    }
    expect(page).toMatch(/\| `max_read` \| whole number or text \| `20` \|/);
    expect(page).toMatch(/\| `retry.attempts` \| whole number \| `5` \|/);
  });
});

function visitSchema(
  schema: Record<string, unknown>,
  path: string,
  keywords: Set<string>,
  undescribed: string[],
): void {
  for (const keyword of Object.keys(schema)) keywords.add(keyword);
  for (const [key, inner] of Object.entries(
    (schema.properties ?? {}) as Record<string, Record<string, unknown>>,
  )) {
    if (inner.description === undefined) undescribed.push(`${path}.${key}`);
    visitSchema(inner, `${path}.${key}`, keywords, undescribed);
  }
  for (const inner of [schema.items ?? [], schema.oneOf ?? []].flat()) {
    visitSchema(inner as Record<string, unknown>, `${path}[]`, keywords, undescribed);
  }
}

describe("the schema for editors", () => {
  test("accepts the examples that ship", async () => {
    for (const name of ["web-shop", "fan-app"]) {
      const text = await readFile(join(root, `pipelines/${name}.yaml`), "utf8");
      expect(text.startsWith("# yaml-language-server: $schema=../schemas/pipeline.schema.json\n")).toBe(true);
      expect(await acceptedBy("schemas/pipeline.schema.json", text)).toBe(true);
    }
    const text = await readFile(join(root, "environments/local.yaml"), "utf8");
    expect(await acceptedBy("schemas/environment.schema.json", text)).toBe(true);
  });

  test.each([
    ["", true],
    ["max_read: 3", true],
    ["max_read: 2 TB", true],
    ["filter: [{ column: a, in: [1, x, true] }]", true],
    ["lookbak: 1 day", false],
    ["lookback: 1 month", false],
    ["lookback: 10", false],
    ["schema: frozen", false],
    ["filter: [{ column: a }]", false],
    ["filter: [{ column: a, equals: x, exists: true }]", false],
  ])("with %j at a pipeline's end says %j", async (line, accepted) => {
    expect(await acceptedBy("schemas/pipeline.schema.json", pipelineText(line))).toBe(accepted);
  });

  test.each([
    ["", true],
    ["engine: { type: duckdb, threads: 2 }", true],
    ["engine: { type: duckdb, threads: 0 }", false],
    ["engine: { type: spark }", false],
    ["secrets: { hash_key: env:KEY }", true],
    ["secrets: { hash_key: hunter2 }", false],
  ])("with %j at an environment's end says %j", async (line, accepted) => {
    expect(await acceptedBy("schemas/environment.schema.json", environmentText(line))).toBe(accepted);
  });
});

test("the examples that ship are right, together and with each environment", async () => {
  expect((await readEnvironments(root)).issues).toEqual([]);
  const { environment } = await readEnvironment(root, "local");
  const { pipelines, issues } = await readPipelines(root, environment);
  expect(issues).toEqual([]);
  expect(pipelines.map(({ name }) => name)).toEqual(["fan-app", "web-shop"]);
});
