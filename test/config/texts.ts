import type { Issue } from "../../src/config/issue.ts";
import { parseEnvironment } from "../../src/config/parse-environment.ts";
import { parsePipeline } from "../../src/config/parse-pipeline.ts";

/** The smallest pipeline that is right, line by line, so that a test can name the one that differs. */
export const pipelineLines = [
  "name: shop",
  "owner: a@example.com",
  "property: { dataset: analytics_1, time_zone: Europe/Berlin }",
  "families:",
  "  - { family: ga4_events, table: analytics.shop_events }",
];

/** A pipeline text with further lines at its end. */
export function pipelineText(...more: string[]): string {
  return [...pipelineLines, ...more, ""].join("\n");
}

/** A pipeline text whose line (from 1) is another. */
export function pipelineWith(line: number, text: string): string {
  return pipelineLines.with(line - 1, text).join("\n");
}

export const environmentLines = [
  "source: { type: files, root: ./source }",
  "lake: { type: folder, root: ./lake }",
  "warehouse: { type: duckdb, path: ./warehouse.duckdb }",
];

export function environmentText(...more: string[]): string {
  return [...environmentLines, ...more, ""].join("\n");
}

export function environmentWith(line: number, text: string): string {
  return environmentLines.with(line - 1, text).join("\n");
}

export function checkPipeline(text: string) {
  return parsePipeline(text, "pipelines/shop.yaml", "shop");
}

export function checkEnvironment(text: string) {
  return parseEnvironment(text, { file: "environments/local.yaml", name: "local", root: "/config" });
}

/** `line:column failed`, the short form in which tests compare issues. */
export function brief(issues: readonly Issue[]): string[] {
  return issues.map(({ line, column, failed }) => `${line}:${column} ${failed}`);
}
