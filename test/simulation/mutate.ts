import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import type { Mutant } from "./mutants.ts";

const root = new URL("../../", import.meta.url);

/** From now on modules are loaded with the mutant's changes. @throws Error where a patch does not fit the code */
export function plant(mutant: Mutant): void {
  const changed = new Map(
    mutant.patches.map(({ file }) => [new URL(file, root).href, readPatched(mutant, file)]),
  );
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      const source = changed.get(url);
      return source === undefined ? loaded : { ...loaded, source };
    },
  });
}

function readPatched(mutant: Mutant, file: string): string {
  let source = readFileSync(fileURLToPath(new URL(file, root)), "utf8");
  for (const { find, replace } of mutant.patches.filter((patch) => patch.file === file)) {
    const count = source.split(find).length - 1;
    if (count !== 1) throw new Error(`mutant ${mutant.name}: ${count} times in ${file}: ${find}`);
    source = source.replace(find, () => replace);
  }
  return source;
}
