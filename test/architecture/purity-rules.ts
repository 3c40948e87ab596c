import { listCode, type Source } from "./read-sources.ts";

/** Modules of Node that only compute. Everything else is a way to the outside. */
const computing = ["node:crypto", "node:util", "node:path"];

const pureFolders = /^src\/(days|plan|sql)\//;
const clocklessFolders = /^src\/(days|plan|sql|lake|runs|tasks|generate|deploy)\//;

const outside = /\bprocess\.|\bconsole\.|\bfetch\(/;
const clocksAndChance =
  /\bDate\.now\b|\bnew Date\(\)|(?<!\bnew )\bDate\(|\bMath\.random\b|\bset(Timeout|Interval|Immediate)\b|\bperformance\.|\bhrtime\b|\bprocess\.uptime\b|\brandom(UUID|Bytes|Int)\b|\bgetRandomValues\b|\bTemporal\.Now\b|\bnode:timers/;

/** Files of the pure folders that reach outside. Reading our own SQL text is like an import: one file may do it. */
export function findOutsideUse(sources: readonly Source[]): string[] {
  const pure = sources.filter(({ path }) => pureFolders.test(path));
  return [...pure.flatMap(findOutsideImports), ...pure.flatMap((source) => findCode(source, outside))];
}

function findOutsideImports({ path, imports }: Source): string[] {
  const allowed = path === "src/sql/statements.ts" ? [...computing, "node:fs"] : computing;
  return imports
    .filter(({ to }) => to.startsWith("node:") && !allowed.includes(to))
    .map(({ to }) => `${path} imports ${to}`);
}

/** Uses of a real clock, timer or source of chance where these are arguments. */
export function findClocks(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => clocklessFolders.test(path))
    .flatMap((source) => findCode(source, clocksAndChance));
}

function findCode(source: Source, pattern: RegExp): string[] {
  return listCode(source).flatMap(({ line, code }) => {
    const found = pattern.exec(code);
    return found ? [`${source.path}:${line} uses ${found[0]}`] : [];
  });
}
