import { type Document, parseAllDocuments } from "yaml";
import { explainYamlFault } from "./explain-yaml-fault.ts";
import type { Issue, KeyPath, Problem } from "./issue.ts";
import { createPositions, type Position } from "./positions.ts";
import { type Place, readTree, type Tree } from "./yaml-tree.ts";

const maxCharacters = 256_000;
/** What follows the first few syntax errors is mostly their echo. */
const maxSyntaxIssues = 5;

/** @returns the place of a key or its value; of the nearest parent where it is missing. */
export type Locate = (path: KeyPath, at: "key" | "value") => Position;

export type YamlFile = { value: Record<string, unknown>; locate: Locate } | { issues: Issue[] };

type Fault = Problem & { received: string; offset: number };

/**
 * Reads one YAML document that is a mapping. Integers arrive as bigint, so that no digit is lost.
 * Whatever the text is, the answer is a value or issues.
 */
export function parseYaml(text: string, file: string): YamlFile {
  const positionAt = createPositions(text);
  const read = readTextTree(text);
  if ("places" in read) {
    return { value: read.value, locate: (path, at) => positionAt(findOffset(read, path, at)) };
  }
  const issues = read.faults.map(({ offset, failed, rule, received, remedy }): Issue => {
    return { file, ...positionAt(offset), failed, rule, received, remedy };
  });
  return { issues };
}

type MappingTree = Tree & { value: Record<string, unknown> };

function readTextTree(text: string): MappingTree | { faults: Fault[] } {
  if (text.length > maxCharacters) return wholeFile("is too large", `${text.length} characters`);
  const documents = parseAllDocuments(text, {
    intAsBigInt: true,
    prettyErrors: false,
    stringKeys: true,
    resolveKnownTags: false,
  }) as Document.Parsed[];
  const syntax = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  if (syntax.length > 0) {
    const told = syntax.slice(0, maxSyntaxIssues);
    return { faults: told.map((fault) => ({ offset: fault.pos[0], ...explainYamlFault(fault) })) };
  }
  const [document, second] = documents;
  if (second !== undefined) return { faults: [severalDocuments(second)] };
  return document === undefined ? wholeFile("is empty", "no keys") : readDocument(document);
}

function readDocument(document: Document.Parsed): MappingTree | { faults: Fault[] } {
  const tree = readTree(document);
  if ("offset" in tree) return { faults: [tree] };
  const { value, places } = tree;
  if (value === null) return wholeFile("is empty", "no keys");
  return isMapping(value) ? { value, places } : wholeFile("is not a mapping", "a list or a single value");
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function findOffset(tree: Tree, path: KeyPath, at: keyof Place): number {
  const place = tree.places.get(JSON.stringify(path));
  if (place !== undefined) return place[at];
  return path.length === 0 ? 0 : findOffset(tree, path.slice(0, -1), "key");
}

function wholeFile(failed: string, received: string): { faults: Fault[] } {
  const rule = `one YAML mapping of keys and values, at most ${maxCharacters / 1000} thousand characters`;
  const remedy = "start from an example in docs/configuration.md, or from `shardlift init`";
  return { faults: [{ offset: 0, failed: `the file ${failed}`, rule, received, remedy }] };
}

function severalDocuments(second: Document.Parsed): Fault {
  return {
    offset: second.range[0],
    failed: "the file holds more than one YAML document",
    rule: "one document a file",
    received: "a second document",
    remedy: "move it into a file of its own, or remove the line `---` or `...`",
  };
}
