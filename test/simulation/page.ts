import { readFileSync } from "node:fs";
import { type FaultName, faults } from "./kernel/faults.ts";
import { readKnownSeeds, renderKnownSeeds } from "./known-seeds.ts";
import { mutants } from "./mutants.ts";
import { renderStory, stories } from "./stories.ts";

/** The page that tells of the simulation; parts of it are written by what it tells of. */
export const pageUrl = new URL("../../docs/reliability.md", import.meta.url);

/** The page as it should be now: words by people, tables and traces by the program. */
export async function renderPage(): Promise<string> {
  let page = readFileSync(pageUrl, "utf8");
  page = replacePart(page, "mutants", renderKnownSeeds(readKnownSeeds(), mutants));
  page = replacePart(page, "faults", renderFaultList());
  for (const story of stories) page = replacePart(page, story.name, await renderStory(story));
  return page;
}

function renderFaultList(): string {
  const names = Object.keys(faults) as FaultName[];
  return [
    "| fault | what happens |",
    "|---|---|",
    ...names.map((name) => `| ${name} | ${faults[name]} |`),
  ].join("\n");
}

/** @throws Error where the page has no such part */
function replacePart(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- written: ${name} -->`, `<!-- end: ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`docs/reliability.md has no part ${name}`);
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}
