import { type Document, LineCounter, parseAllDocuments, type YAMLError } from "yaml";
import type { Issue, KeyPath } from "./issue.ts";
import { escapeInvisible } from "./show-value.ts";
import { type Place, readTree, type Tree } from "./yaml-tree.ts";

const maxCharacters = 256_000;
/** What follows the first few syntax errors is mostly their echo. */
const maxSyntaxIssues = 5;

/** @returns line and column, both from 1, of a key or its value; of the nearest parent where it is missing. */
export type Locate = (path: KeyPath, at: "key" | "value") => { line: number; column: number };

export type YamlFile = { value: Record<string, unknown>; locate: Locate } | { issues: Issue[] };

/**
 * Reads one YAML document that is a mapping. Integers arrive as bigint, so that no digit is lost.
 * Whatever the text is, the answer is a value or issues; syntax errors never quote the text, it may hold secrets.
 */
export function parseYaml(text: string, file: string): YamlFile {
  if (text.length > maxCharacters)
    return { issues: [wholeFileIssue(file, "is too large", `${text.length} characters`)] };
  const lines = new LineCounter();
  try {
    return readDocuments(text, file, lines);
  } catch (error) {
    // Nesting so deep that the parser's own recursion ends; nothing else of it throws.
    if (!(error instanceof RangeError)) throw error;
    return { issues: [wholeFileIssue(file, "is nested too deeply", "more levels than can be read")] };
  }
}

function readDocuments(text: string, file: string, lines: LineCounter): YamlFile {
  const documents = parseAllDocuments(text, {
    intAsBigInt: true,
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    resolveKnownTags: false,
  });
  if (!Array.isArray(documents)) return { issues: [wholeFileIssue(file, "is empty", "no keys")] };
  const faults = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  if (faults.length > 0) {
    return { issues: faults.slice(0, maxSyntaxIssues).map((fault) => syntaxIssue(fault, file, lines)) };
  }
  const [document, second] = documents;
  if (document === undefined) return { issues: [wholeFileIssue(file, "is empty", "no keys")] };
  return second === undefined
    ? readDocument(document, file, lines)
    : { issues: [severalIssue(second, file, lines)] };
}

function readDocument(document: Document.Parsed, file: string, lines: LineCounter): YamlFile {
  const tree = readTree(document);
  if ("offset" in tree) {
    const { failed, rule, received, remedy } = tree;
    return { issues: [{ file, ...position(lines, tree.offset), failed, rule, received, remedy }] };
  }
  if (tree.value === null) return { issues: [wholeFileIssue(file, "is empty", "no keys")] };
  if (!isMapping(tree.value))
    return { issues: [wholeFileIssue(file, "is not a mapping", "a list or a single value")] };
  return { value: tree.value, locate: (path, at) => position(lines, findOffset(tree, path, at)) };
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function findOffset(tree: Tree, path: KeyPath, at: keyof Place): number {
  const place = tree.places.get(JSON.stringify(path));
  if (place !== undefined) return place[at];
  return path.length === 0 ? 0 : findOffset(tree, path.slice(0, -1), "key");
}

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function wholeFileIssue(file: string, failed: string, received: string): Issue {
  return {
    file,
    line: 1,
    column: 1,
    failed: `the file ${failed}`,
    rule: `one YAML mapping of keys and values, at most ${maxCharacters / 1000} thousand characters`,
    received,
    remedy: "start from an example in docs/configuration.md, or from `shardlift init`",
  };
}

function syntaxIssue(fault: YAMLError, file: string, lines: LineCounter): Issue {
  return {
    file,
    ...position(lines, fault.pos[0]),
    failed: `this is not valid YAML: ${renderFault(fault)}`,
    rule: "YAML 1.2, each key once, indented by spaces",
    received: fault.code,
    remedy: adviseFault(fault),
  };
}

/** Messages of these two codes hold no text of the file; others may, and a text may be a secret. */
function renderFault(fault: YAMLError): string {
  if (fault.code === "TAG_RESOLVE_FAILED") return "a tag (!name) that is not known";
  const first = fault.message.split("\n")[0] ?? "";
  return escapeInvisible(first.replace(/:\s.*$/, "").slice(0, 120));
}

function adviseFault(fault: YAMLError): string {
  if (fault.code === "DUPLICATE_KEY") return "keep one of the two keys";
  if (fault.code === "TAB_AS_INDENT") return "replace the tab by spaces";
  if (fault.code === "TAG_RESOLVE_FAILED") return "remove the tag";
  return "look at the quotes, brackets, colons and indentation here and on the line before";
}

function severalIssue(second: Document.Parsed, file: string, lines: LineCounter): Issue {
  return {
    file,
    ...position(lines, second.range[0]),
    failed: "the file holds more than one YAML document",
    rule: "one document a file",
    received: "a second document",
    remedy: "move it into a file of its own, or remove the line `---` or `...`",
  };
}
