import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { buildZip } from "../../../src/adapters/glue/build-zip.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const python = spawnSync("python3", ["--version"]).status === 0 ? "python3" : null;
const entries = [
  { name: "tiny/__init__.py", body: bytes("") },
  { name: "tiny/größe.py", body: bytes("width = 'ä'\n") },
  { name: "tiny/sql/keys.sql", body: bytes("SELECT 1\n".repeat(100)) },
];

describe("a zip", () => {
  test("of the same files is the same bytes", () => {
    expect(buildZip(entries)).toEqual(buildZip(structuredClone(entries)));
  });

  test("of nothing is an empty directory's 22 bytes", () => {
    expect(buildZip([]).length).toBe(22);
  });

  test.skipIf(python === null)(
    `is whole, and Python imports from it${python === null ? " (skipped: no python3)" : ""}`,
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "shardlift-zip-"));
      onTestFinished(() => rm(folder, { recursive: true }));
      const path = join(folder, "tiny.zip");
      await writeFile(path, buildZip(entries));
      const code = `
import sys, zipfile, json
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
sys.path.insert(0, sys.argv[1])
import tiny, importlib
from importlib import resources
print(json.dumps([archive.namelist(), importlib.import_module("tiny.größe").width, len(resources.files(tiny).joinpath("sql/keys.sql").read_text())]))
`;
      const { stdout, stderr } = spawnSync(python!, ["-c", code, path], { encoding: "utf8" });
      expect(stderr).toBe("");
      expect(JSON.parse(stdout)).toEqual([entries.map(({ name }) => name), "ä", 900]);
    },
  );
});
