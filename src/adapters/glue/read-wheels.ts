import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ShardliftError } from "../../errors.ts";
import type { ScriptFile } from "../../ports.ts";

/** One line of requirements.txt: a module, its version, and which files it may be. */
export interface Pin {
  name: string;
  version: string;
  /** sha256 of the files that count; empty where the pins have none. */
  hashes: string[];
}

/** Lines that go on with `\` are one; comments and options say nothing here. */
export function parsePins(text: string): Pin[] {
  const lines = text.replace(/\\\r?\n/g, " ").split(/\r?\n/);
  return lines.flatMap((line) => {
    const [, name, version] = /^\s*([A-Za-z0-9_.-]+)==([A-Za-z0-9_.!+-]+)/.exec(line) ?? [];
    if (name === undefined || version === undefined) return [];
    const hashes = [...line.matchAll(/--hash=sha256:([0-9a-f]{64})/g)].map(([, hash]) => hash!);
    return [{ name, version, hashes }];
  });
}

/** One wheel for each pin, checked by its hash. Rejects with `config` where one is missing or another file. */
export async function readWheels(
  folder: string,
  requirements: string,
  pins: readonly Pin[],
): Promise<ScriptFile[]> {
  const found = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".whl"));
  const chosen = pins.map((pin) => ({ pin, file: found.find((name) => isWheelOf(name, pin)) }));
  const missing = chosen
    .filter(({ file }) => file === undefined)
    .map(({ pin }) => `${pin.name} ${pin.version}`);
  if (missing.length > 0) throw buildMissingError(folder, requirements, missing);
  return Promise.all(
    chosen.map(async ({ pin, file }): Promise<ScriptFile> => {
      const body = await readFile(join(folder, file!));
      checkHash(pin, file!, body, requirements, folder);
      return { name: `wheels/${file}`, role: "wheel", body };
    }),
  );
}

/** `python_dateutil-2.9.0.post0-py2.py3-none-any.whl` is of `python-dateutil==2.9.0.post0`. */
function isWheelOf(file: string, { name, version }: Pin): boolean {
  const [module = "", itsVersion = ""] = file.split("-");
  const normalise = (text: string) => text.toLowerCase().replace(/[-_.]+/g, "-");
  return normalise(module) === normalise(name) && itsVersion === version;
}

function checkHash(pin: Pin, file: string, body: Uint8Array, requirements: string, folder: string): void {
  const hash = createHash("sha256").update(body).digest("hex");
  if (pin.hashes.length === 0 || pin.hashes.includes(hash)) return;
  throw new ShardliftError("config", {
    failed: `The wheel ${file} is not the one that is pinned; nothing was pushed.`,
    rule: "a module's file has the sha256 that the script's requirements name",
    received: `sha256 ${hash}`,
    remedy: `remove ${join(folder, file)} and fetch it again: ${buildFetchCommand(folder, requirements)}`,
  });
}

function buildMissingError(folder: string, requirements: string, missing: readonly string[]): ShardliftError {
  return new ShardliftError("config", {
    failed: `Modules of the Glue script are not at hand: ${missing.join(", ")}; nothing was pushed.`,
    rule: "the script's modules are pushed with it, so that runs need no package index",
    received: `no such wheels in ${folder}`,
    remedy: `fetch them once: ${buildFetchCommand(folder, requirements)}; or let SHARDLIFT_WHEELS name a folder that has them`,
  });
}

function buildFetchCommand(folder: string, requirements: string): string {
  return `pip ${buildFetchArguments(folder, requirements).join(" ")}`;
}

/** What pip is told: for the Python and the Linux of Glue 5, wherever it runs. */
export function buildFetchArguments(folder: string, requirements: string): string[] {
  const platforms = ["manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"];
  return [
    ...["download", "--no-deps", "--only-binary", ":all:", "--python-version", "3.11"],
    ...platforms.flatMap((platform) => ["--platform", platform]),
    ...["--dest", folder, "--requirement", requirements],
  ];
}
