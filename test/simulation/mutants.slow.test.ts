import { describe, expect, test } from "vitest";
import { huntMutant } from "./hunt.ts";
import { readKnownSeeds } from "./known-seeds.ts";
import { mutants } from "./mutants.ts";

const known = new Map(readKnownSeeds().map((one) => [one.mutant, one]));

describe("each mistake is found:", () => {
  test.each(mutants.map((mutant) => [mutant.name, mutant] as const))("%s", async (name, mutant) => {
    const from = known.get(name)?.seed ?? 1;
    const found = await huntMutant(mutant, { seeds: 1, from, workers: 1 });
    expect(
      found.violation,
      "run npm run simulate -- --mutants --write for a seed that finds it",
    ).not.toBeNull();
  });

  test("and no other seeds are remembered", () => {
    expect([...known.keys()]).toEqual(mutants.map(({ name }) => name));
  });
});
