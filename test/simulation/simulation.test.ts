import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { minimize } from "./minimize.ts";
import { mutants } from "./mutants.ts";
import { pageUrl, renderPage } from "./page.ts";
import { runSchedule } from "./run-schedule.ts";
import { buildScenario } from "./scenario.ts";

describe("a schedule", () => {
  test("follows from its seed", async () => {
    const [first, second] = [await runSchedule(buildScenario(7)), await runSchedule(buildScenario(7))];
    expect(second).toEqual(first);
    expect((await runSchedule(buildScenario(8))).digest).not.toBe(first.digest);
  });

  test("is told step by step, and telling changes nothing", async () => {
    const lines: string[] = [];
    const told = await runSchedule(buildScenario(7), (line) => lines.push(line));
    expect(told).toEqual(await runSchedule(buildScenario(7)));
    expect(lines.length).toBeGreaterThan(told.steps);
  });

  test("that fails is made as small as it can be", async () => {
    const scenario = buildScenario(7);
    const isFailing = ({ jobs }: { jobs: readonly unknown[] }) => jobs.length > 1;
    const smallest = await minimize(scenario, async (candidate) => isFailing(candidate));
    expect([smallest.jobs.length, smallest.events, smallest.faults, smallest.switches]).toEqual([
      2,
      [],
      [],
      [],
    ]);
  });
});

test("the page on reliability tells what is so", async () => {
  expect(readFileSync(pageUrl, "utf8"), "run npm run simulate -- --mutants --write").toBe(await renderPage());
});

test("each mistake has a name and a sentence of its own", () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  expect(new Set(mutants.map(({ says }) => says)).size).toBe(mutants.length);
});
