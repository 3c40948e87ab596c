import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Issue } from "./issue.ts";

/** Of one configuration file. */
export const maxFileBytes = 1_000_000;

/** One configuration file that could be read as text. */
export interface TextFile {
  /** Without the ending. */
  name: string;
  /** As messages and issues name it. */
  file: string;
  text: string;
}

/** Names (without the ending) of the YAML files of a folder, sorted, and what lies in it but is not read. */
export interface Listing {
  names: string[];
  issues: Issue[];
}

/** @param folder `pipelines` or `environments`, below the configuration's folder. */
export async function listYamlFiles(root: string, folder: string): Promise<Listing> {
  const path = join(root, folder);
  try {
    const entries = (await readdir(path)).filter((entry) => !entry.startsWith(".")).toSorted();
    const names = entries.filter((entry) => entry.endsWith(".yaml")).map((entry) => entry.slice(0, -5));
    const misnamed = entries.filter((entry) => /\.(yml|ya?ml)$/i.test(entry) && !entry.endsWith(".yaml"));
    return { names, issues: misnamed.map((entry) => misnamedIssue(join(path, entry), entry)) };
  } catch (error) {
    return { names: [], issues: [missingFolderIssue(path, folder, error)] };
  }
}

/** Reads a file as UTF-8, at most one megabyte of it. */
export async function readTextFile(root: string, folder: string, name: string): Promise<TextFile | Issue> {
  const file = join(root, folder, `${name}.yaml`);
  try {
    const { size } = await stat(file);
    if (size > maxFileBytes) return unreadableIssue(file, `${size} bytes`);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
    return { name, file, text };
  } catch (error) {
    return unreadableIssue(file, describeFault(error));
  }
}

function describeFault(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return "bytes that are not UTF-8";
  return typeof code === "string" ? code : "no reason given";
}

function unreadableIssue(file: string, received: string): Issue {
  return {
    file,
    line: null,
    column: null,
    failed: "the file cannot be read",
    rule: `a text file in UTF-8 of at most ${maxFileBytes / 1e6} MB`,
    received,
    remedy: "check that it is a file, its permissions and its encoding",
  };
}

function misnamedIssue(file: string, entry: string): Issue {
  return {
    file,
    line: null,
    column: null,
    failed: "the file would not be read",
    rule: "configuration files end in .yaml",
    received: entry,
    remedy: `rename it to ${entry.replace(/\.[^.]*$/, ".yaml")}`,
  };
}

function missingFolderIssue(file: string, folder: string, error: unknown): Issue {
  return {
    file,
    line: null,
    column: null,
    failed: `there is no readable folder ${folder}`,
    rule: "the configuration's folder holds pipelines/ and environments/",
    received: describeFault(error),
    remedy: "set SHARDLIFT_CONFIG to the folder that holds them, or run `shardlift init`",
  };
}
