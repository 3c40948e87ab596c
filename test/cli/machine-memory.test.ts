import { totalmem } from "node:os";
import { expect, test } from "vitest";
import { boundMemory, readMachineMemory } from "../../src/cli/machine-memory.ts";
import { buildEnvironment } from "../support/world.ts";

const GB = 1024 ** 3;
/** What version 1 of control groups says where nobody set a limit. */
const endless = 2 ** 63 - 4096;

test.each([
  ["without a limit", 0, 8 * GB],
  ["with less than the machine", 2 * GB, 2 * GB],
  ["with more than the machine has", endless, 8 * GB],
])("a container %s has the lesser of both", (_, limitBytes, expected) => {
  expect(readMachineMemory(limitBytes, 8 * GB)).toBe(expected);
});

test("this process has something, and no more than the machine", () => {
  expect(readMachineMemory()).toBeGreaterThan(0);
  expect(readMachineMemory()).toBeLessThanOrEqual(totalmem());
});

test("an engine takes what it is given, and no more than there is", () => {
  const environment = buildEnvironment("/nowhere");
  expect(boundMemory(environment, 500_000_000)).toBe(environment);
  expect(boundMemory(environment, 300_000_000)).toEqual({
    ...environment,
    engine: { ...environment.engine, memoryBytes: 300_000_000 },
  });
});

test("an engine elsewhere is left alone", () => {
  const environment = { ...buildEnvironment("/nowhere"), engine: { type: "glue" } as never };
  expect(boundMemory(environment, 1)).toBe(environment);
});
