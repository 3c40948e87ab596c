import { describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/adapters/memory/memory-store.ts";
import type { ErrorCode } from "../../src/errors.ts";
import type { Ports } from "../../src/ports.ts";
import { chooseExitCode, type DoctorInput, examine, examineFurther } from "../../src/tasks/doctor.ts";
import { buildPipeline, instant } from "../support/builders.ts";

const well = { ok: true };
const untried = { ok: false };
const failed = (code: ErrorCode) => ({ ok: false, code });

describe("doctor's exit code", () => {
  test.each([
    ["0 where all is well", [well, well], 0],
    ["69 where only the outside failed, whatever was not tried then", [well, failed("outside"), untried], 69],
    ["64 where a person has to mend something", [failed("config"), untried], 64],
    ["64 where both are to be seen: coming again is not enough", [failed("outside"), failed("config")], 64],
    ["64 for what nobody knows", [failed("bug")], 64],
  ])("is %s", (_, steps, code) => {
    expect(chooseExitCode(steps)).toBe(code);
  });
});

const nowMs = instant("2026-11-23T11:00:00Z");
const job = {
  location: "Glue job shop",
  readScript: async () => ({ digest: "d".repeat(64) }),
  compare: async () => ({ exists: true, isEdited: false, fields: [], tags: [] }),
};

/** A sound world without a network; what is given takes the place of a part of it. */
function buildInput(ports: object = {}, over: Partial<DoctorInput> = {}): DoctorInput {
  const clock = { now: () => nowMs, sleep: async () => {} };
  const sound = {
    source: { location: "a source", listTables: async () => ["events_20261120"] },
    store: createMemoryStore({ nowMs: () => nowMs }),
    warehouse: { location: "a warehouse", readLedger: async () => [] },
    randomHex: (length: number) => "a".repeat(length),
    clock,
    job,
  };
  return {
    pipeline: buildPipeline(),
    ports: { ...sound, ...ports } as unknown as Ports,
    signal: new AbortController().signal,
    probePath: "unused",
    probeBytes: 0,
    machineClock: clock,
    readSecret: null,
    sourceFault: null,
    warehouseFault: null,
    ...over,
  };
}

async function collect(input: DoctorInput) {
  const steps = [];
  for await (const step of examine(input)) steps.push(step);
  return steps;
}

const names = (steps: readonly { step: string; ok: boolean }[]) =>
  steps.map(({ step, ok }) => `${step} ${ok ? "ok" : "failed"}`);

describe("doctor", () => {
  test("tries source, lake, clock, engine and warehouse", async () => {
    expect(names(await collect(buildInput()))).toEqual([
      "source ok",
      "lake ok",
      "clock ok",
      "engine ok",
      "warehouse ok",
    ]);
  });

  test("asks a further pipeline for what is its own: source, job, tables and key, not the lake again", async () => {
    const store = new Proxy({}, { get: () => () => Promise.reject(new Error("the lake was asked")) });
    const steps = [];
    for await (const step of examineFurther(buildInput({ store }, { readSecret: async () => "key" })))
      steps.push(step);
    expect(names(steps)).toEqual(["source ok", "engine ok", "warehouse ok", "secrets ok"]);
    const { job: _, ...ports } = buildInput({ store }).ports;
    const own = [];
    const input = { ...buildInput(), ports: ports as Ports, warehouseFault: "not tried: sign-in failed" };
    for await (const step of examineFurther(input)) own.push(step);
    expect(names(own)).toEqual(["source ok", "warehouse failed"]);
  });

  test("goes on after an error that nobody knows, and shows it with its stack", async () => {
    const source = {
      location: "a source",
      listTables: () => Promise.reject(new TypeError("nobody foresaw this")),
    };
    const steps = await collect(buildInput({ source }));
    expect(steps[0]).toMatchObject({ step: "source", ok: false, code: "bug" });
    expect(steps[0]?.detail).toMatch(/^TypeError: nobody foresaw this\n\s+at /);
    expect(names(steps).slice(1)).toEqual(["lake ok", "clock ok", "engine ok", "warehouse ok"]);
  });

  test("ends where it is interrupted, and calls that no failure", async () => {
    const interrupt = new AbortController();
    const source = {
      location: "a source",
      listTables: async () => {
        interrupt.abort(new Error("Ctrl-C"));
        throw new Error("a call that was cut");
      },
    };
    await expect(collect(buildInput({ source }, { signal: interrupt.signal }))).rejects.toThrow("Ctrl-C");
  });

  test("does not ask source and warehouse again where what they stand on has failed", async () => {
    const faults = { sourceFault: "not tried: google failed", warehouseFault: "not tried: sign-in failed" };
    const never = () => Promise.reject(new Error("asked"));
    const ports = { source: { listTables: never }, warehouse: { readLedger: never } };
    const steps = await collect(buildInput(ports, faults));
    expect([steps[0], steps.at(-1)]).toEqual([
      { step: "source", ok: false, detail: faults.sourceFault },
      { step: "warehouse", ok: false, detail: faults.warehouseFault },
    ]);
  });
});

describe("the clock of this machine", () => {
  const at = (offsetMs: number) => ({ now: () => nowMs + offsetMs, sleep: async () => {} });

  test.each([0, 119_000, -119_000])("may be %i ms off the lake's", async (offsetMs) => {
    const steps = await collect(buildInput({}, { machineClock: at(offsetMs) }));
    expect(steps[2]).toEqual({
      step: "clock",
      ok: true,
      detail: `this machine's clock and the lake's differ by ${Math.abs(offsetMs / 1_000)} seconds`,
    });
  });

  test.each([180_000, -180_000])("is wrong %i ms off it, and both times are told", async (offsetMs) => {
    const [, , clock] = await collect(buildInput({}, { machineClock: at(offsetMs) }));
    expect(clock).toMatchObject({ step: "clock", ok: false, code: "config" });
    expect(clock?.detail).toContain(`${new Date(nowMs + offsetMs).toISOString()} here`);
    expect(clock?.detail).toContain("2026-11-23T11:00:00.000Z at memory");
    expect(clock?.detail).toContain("timedatectl");
  });

  test("is not looked at where somebody sets the time, or where the lake is sick", async () => {
    const sick = {
      ...createMemoryStore({ nowMs: () => nowMs }),
      put: () => Promise.reject(new Error("full")),
    };
    for (const input of [buildInput({}, { machineClock: null }), buildInput({ store: sick })])
      expect(names(await collect(input)).filter((step) => step.startsWith("clock"))).toEqual([]);
  });
});
