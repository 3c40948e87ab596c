import { describe, expect, test } from "vitest";
import { huntMutant } from "./hunt.ts";
import { readKnownSeeds } from "./known-seeds.ts";
import { mutants } from "./mutants.ts";

const known = new Map(readKnownSeeds().map((one) => [one.mutant, one]));

describe("each mistake is found:", () => {
  test.each(mutants.map((mutant) => [mutant.name, mutant] as const))("%s", async (name, mutant) => {
    const from = known.get(name)?.seed ?? 1;
    const quick = await huntMutant(mutant, { seeds: 1, from, workers: 1 });
    // Any change of the code moves calls about: then another seed finds it.
    const found =
      quick.seed === null ? await huntMutant(mutant, { seeds: 15_000, from: 1, workers: 2 }) : quick;
    expect(found.violation, "npm run simulate -- --mutants --write looks further").not.toBeNull();
  });

  test("and no other seeds are remembered", () => {
    expect([...known.keys()]).toEqual(mutants.map(({ name }) => name));
  });
});
