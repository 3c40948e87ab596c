import { type Mutant, mutants } from "./mutants.ts";
import { simulate } from "./simulate.ts";

/** Which seed found a mutant, and after how many schedules; null: none did. */
export interface Found {
  mutant: Mutant;
  seed: number | null;
  schedules: number;
  violation: string | null;
}

export interface HuntInput {
  /** Schedules after which a mutant counts as not found. */
  seeds: number;
  from: number;
  workers: number;
  onFound(line: string): void;
}

/** Plants each mutant and runs schedules until one fails. */
export async function huntMutants(input: HuntInput): Promise<Found[]> {
  const found: Found[] = [];
  for (const mutant of mutants) {
    const one = await huntMutant(mutant, input);
    found.push(one);
    input.onFound(renderFound(one));
  }
  return found;
}

export async function huntMutant(mutant: Mutant, input: Omit<HuntInput, "onFound">): Promise<Found> {
  const report = await simulate({
    ...input,
    mutant: mutant.name,
    stopsAtFailure: true,
    onProgress: () => {},
  });
  const first = report.failed[0] ?? null;
  const schedules = first === null ? report.schedules : first.seed - input.from + 1;
  return { mutant, seed: first?.seed ?? null, schedules, violation: first?.violation ?? null };
}

export function renderHunt(found: readonly Found[]): string {
  return found.map(renderFound).join("\n");
}

function renderFound({ mutant, seed, schedules, violation }: Found): string {
  const outcome =
    seed === null
      ? `NOT FOUND in ${schedules} schedules`
      : `seed ${seed}, ${schedules} schedules: ${violation}`;
  return `${mutant.name}: ${outcome}`;
}
