import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyCheckout } from "../package/copy-checkout.ts";
import { runProgram } from "../package/run-program.ts";
import { type Block, buildScript, hidesCommands, readBlocks } from "./read-blocks.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Pages with their blocks: the top level's and all of `docs/`. */
const pages = [...listPages("."), ...listPages("docs", { recursive: true })].map((path) => ({
  path,
  blocks: readBlocks(readFileSync(join(root, path), "utf8")),
}));

function listPages(folder: string, options: { recursive?: boolean } = {}): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { ...options, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name))
    .sort();
}

test("no page shows a command in a block that is not run", () => {
  const hidden = pages.flatMap(({ path, blocks }) =>
    blocks.filter(hidesCommands).map(({ line }) => `${path}:${line} should be tagged sh, console or text`),
  );
  expect(hidden).toEqual([]);
});

describe.each(pages.filter(({ blocks }) => blocks.some((block) => buildScript(block) !== null)))(
  "the commands of $path",
  ({ path, blocks }) => {
    let folder: string;
    let checkout: string;

    // A page's blocks follow each other in one folder, as a reader would type them.
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "shardlift-docs-"));
      checkout = await copyCheckout(root, join(folder, "shardlift"));
    });

    afterAll(() => rm(folder, { recursive: true }));

    for (const block of blocks) {
      const script = buildScript(block);
      if (script === null) continue;
      test(`line ${block.line}: ${script.trim().split("\n", 1)[0]}`, async ({ skip }) => {
        if (block.notRun !== null) skip(block.notRun);
        await runBlock(block, script, checkout, path);
      });
    }
  },
);

async function runBlock(block: Block, script: string, cwd: string, path: string): Promise<void> {
  if (/\bnpm (test|t|run test)\b/.test(script)) throw new Error("this would run itself: mark it as not run");
  const env = { npm_config_offline: "true", npm_config_loglevel: "error" };
  const ended = await runProgram("bash", ["-euo", "pipefail", "-c", script], { cwd, env });
  const said = `${path}:${block.line}\n${script}\n${ended.stdout.slice(-2000)}\n${ended.stderr.slice(-4000)}`;
  expect(ended.code, said).toBe(block.exitCode);
}
