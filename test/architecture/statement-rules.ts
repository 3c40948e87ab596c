import type { Source } from "./read-sources.ts";

const wholeName = /\breadStatement\(\s*"([^"]+)"/g;
const folderAndName = /\breadStatement\(\s*`([^`$]+)\/\$\{/g;

/** Statements that sources name but `sql/` lacks. @param files paths such as `duckdb/warehouse/copy` */
export function findMissingStatements(sources: readonly Source[], files: readonly string[]): string[] {
  return sources.flatMap(({ path, text }) =>
    collect(text, wholeName)
      .filter((name) => !files.includes(name))
      .map((name) => `${path} reads ${name}`),
  );
}

/**
 * Files of `sql/` that nobody reads: neither by whole name, nor by a short name where some source reads
 * statements of that folder by names given to it.
 */
export function findUnreadStatements(sources: readonly Source[], files: readonly string[]): string[] {
  const texts = sources.map(({ text }) => text);
  const whole = new Set(texts.flatMap((text) => collect(text, wholeName)));
  const folders = new Set(texts.flatMap((text) => collect(text, folderAndName)));
  const isNamed = (name: string) => texts.some((text) => text.includes(`"${name}"`));
  return files.filter((file) => {
    const slash = file.lastIndexOf("/");
    return !whole.has(file) && !(folders.has(file.slice(0, slash)) && isNamed(file.slice(slash + 1)));
  });
}

/** A statement says in its first line what it is. */
export function findBareStatements(statements: Readonly<Record<string, string>>): string[] {
  return Object.keys(statements).filter((name) => !/^-- \S/.test(statements[name]!));
}

function collect(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name]) => name!);
}
