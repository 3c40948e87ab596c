import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** A source file: its path below the root, its text, and what it imports. */
export interface Source {
  path: string;
  text: string;
  imports: Import[];
}

/** `to` is a path below the root for a relative import, else the name as written. */
export interface Import {
  to: string;
  kind: "value" | "type" | "re-export" | "lazy";
}

/** Sources of the folders that are there, in the order of their paths. */
export function readSources(root: string, folders: readonly string[]): Source[] {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".ts"))
        .map((path) => `${folder}/${path}`),
    )
    .sort()
    .map((path) => parseSource(path, readFileSync(join(root, path), "utf8")));
}

// The formatter puts every import at the beginning of a line, with double quotes.
const statement = /^(import|export)\b(\s+type\b)?(?:[^"';]*?\bfrom)?\s*"([^"]+)"/gm;
const dynamic = /\bimport\(\s*"([^"]+)"/g;

/** `import { type A } from` counts as a value import: the module is loaded at run time. */
export function parseSource(path: string, text: string): Source {
  const statements = [...text.matchAll(statement)].map(([, word, type, name]): Import => {
    const kind = word === "export" ? "re-export" : type ? "type" : "value";
    return { to: resolveImport(path, name!), kind };
  });
  const dynamics = [...text.matchAll(dynamic)].map(
    ([, name]): Import => ({ to: resolveImport(path, name!), kind: "lazy" }),
  );
  return { path, text, imports: [...statements, ...dynamics] };
}

function resolveImport(path: string, name: string): string {
  return name.startsWith(".") ? normalize(join(dirname(path), name)) : name;
}

/** Lines of code with their numbers: without comments, which may name what the code may not do. */
export function listCode(source: Source): { line: number; code: string }[] {
  return source.text
    .split("\n")
    .map((text, index) => ({ line: index + 1, code: text.replace(/(^|\s)\/\/.*$/, "") }))
    .filter(({ code }) => !/^\s*(\/?\*|$)/.test(code));
}
