import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, type YAMLMap, type YAMLSeq } from "yaml";
import type { KeyPath, Problem } from "./issue.ts";

const maxDepth = 20;
const maxNodes = 20_000;
const maxAliases = 100;

/** Offsets into the text. */
export interface Place {
  key: number;
  value: number;
}

/** Plain values (mappings without a prototype, integers as bigint) and where each stands, by JSON of its path. */
export interface Tree {
  value: unknown;
  places: Map<string, Place>;
}

/** Why a document is not read any further. */
export interface TreeFault extends Problem {
  offset: number;
  received: string;
}

interface Walk {
  document: Document.Parsed;
  places: Map<string, Place>;
  nodes: number;
  aliases: number;
  /** The first that was met; nothing is visited after it. */
  fault: TreeFault | null;
}

/** Aliases are followed, within limits: a few lines can stand for billions of values. */
export function readTree(document: Document.Parsed): Tree | TreeFault {
  const walk: Walk = { document, places: new Map(), nodes: 0, aliases: 0, fault: null };
  const value = visit(walk, document.contents, []);
  return walk.fault ?? { value, places: walk.places };
}

function visit(walk: Walk, node: unknown, path: KeyPath): unknown {
  if (walk.fault !== null) return null;
  walk.nodes += 1;
  if (walk.nodes > maxNodes) return stop(walk, node, `more than ${maxNodes} values`);
  if (path.length > maxDepth) return stop(walk, node, `more than ${maxDepth} levels`);
  if (isAlias(node)) return visitAlias(walk, node, path);
  if (isSeq(node)) return visitList(walk, node, path);
  if (isMap(node)) return visitMapping(walk, node, path);
  return isScalar(node) ? node.value : null;
}

function visitMapping(walk: Walk, node: YAMLMap, path: KeyPath): Record<string, unknown> {
  const mapping: Record<string, unknown> = Object.create(null);
  for (const pair of node.items) {
    const key = isScalar(pair.key) ? String(pair.key.value ?? "") : "";
    const inner = [...path, key];
    setPlace(walk, inner, pair.key, pair.value ?? pair.key);
    mapping[key] = visit(walk, pair.value, inner);
  }
  return mapping;
}

function visitList(walk: Walk, node: YAMLSeq, path: KeyPath): unknown[] {
  return node.items.map((item, index) => {
    const inner = [...path, index];
    setPlace(walk, inner, item, item);
    return visit(walk, item, inner);
  });
}

function visitAlias(walk: Walk, node: Alias, path: KeyPath): unknown {
  walk.aliases += 1;
  if (walk.aliases > maxAliases) return stop(walk, node, `more than ${maxAliases} aliases`);
  const target = node.resolve(walk.document);
  return target === undefined ? stop(walk, node, "an alias without an anchor") : visit(walk, target, path);
}

function setPlace(walk: Walk, path: KeyPath, key: unknown, value: unknown): void {
  walk.places.set(JSON.stringify(path), { key: offsetOf(key), value: offsetOf(value) });
}

function offsetOf(node: unknown): number {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  return range?.[0] ?? 0;
}

function stop(walk: Walk, node: unknown, received: string): null {
  walk.fault ??= {
    offset: offsetOf(node),
    failed: "the file goes beyond what a configuration needs",
    rule: `at most ${maxNodes} values, ${maxDepth} levels and ${maxAliases} aliases, each alias with its anchor before it`,
    received,
    remedy: "write the values where they belong, without aliases",
  };
  return null;
}
