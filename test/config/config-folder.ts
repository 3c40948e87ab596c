import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A fresh configuration folder with these files, by path; its absolute path. */
export async function makeConfigFolder(files: Record<string, string | Uint8Array>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "shardlift-config-"));
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), content);
  }
  return root;
}

/** A right pipeline of this name and table. */
export function namedPipeline(name: string, table: string, ...more: string[]): string {
  return [
    `name: ${name}`,
    "owner: a@example.com",
    "property: { dataset: analytics_1, time_zone: UTC }",
    "families:",
    `  - { family: ga4_events, table: ${table} }`,
    ...more,
    "",
  ].join("\n");
}
