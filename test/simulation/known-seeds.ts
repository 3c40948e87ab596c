import { readFileSync, writeFileSync } from "node:fs";
import type { Found } from "./hunt.ts";
import type { Mutant } from "./mutants.ts";

/** What was found last: the seed that finds each mutant first, and how many schedules that took. */
export interface KnownSeed {
  mutant: string;
  seed: number;
  schedules: number;
  violation: string;
}

const file = new URL("./known-seeds.json", import.meta.url);

export function readKnownSeeds(): KnownSeed[] {
  return JSON.parse(readFileSync(file, "utf8")) as KnownSeed[];
}

/** Remembers what a hunt found; tests begin with these seeds. */
export function writeKnownSeeds(found: readonly Found[]): void {
  const known = found.flatMap(({ mutant, seed, schedules, violation }) =>
    seed === null ? [] : [{ mutant: mutant.name, seed, schedules, violation: violation ?? "" }],
  );
  writeFileSync(file, `${JSON.stringify(known, null, 2)}\n`);
}

/** A table for the page on reliability. */
export function renderKnownSeeds(known: readonly KnownSeed[], planted: readonly Mutant[]): string {
  const rows = known.map(({ mutant, seed, schedules }) => {
    const found = planted.find(({ name }) => name === mutant);
    const where = found?.profile ?? "all";
    return `| ${mutant} | ${found?.says ?? ""} | ${seed} | ${schedules.toLocaleString("en")} of ${where} |`;
  });
  return [
    "| mutant | what is wrong with it | seed | schedules until found |",
    "|---|---|---|---|",
    ...rows,
  ].join("\n");
}
