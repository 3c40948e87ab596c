import { describe, expect, test } from "vitest";
import type { ShardliftError } from "../../src/errors.ts";
import type { DayExtract, DayOutcome, Engine, GenerationReport, ObjectStore } from "../../src/ports.ts";

/** What the suite needs of an engine's world: rows are told by number, `build` makes a day's shard of them. */
export interface EngineContract {
  engine: Engine;
  store: ObjectStore;
  /** A day whose shard has these events: equal numbers are exact copies, `n.5` conflicts with `n`. */
  build(day: string, numbers: readonly number[]): Promise<DayExtract>;
  /** A day whose shard cannot be read. */
  buildBroken(day: string): Promise<DayExtract>;
  /** Ids in lake files. */
  readIds(keys: readonly string[]): Promise<string[]>;
  close(): Promise<void>;
}

/** The contract that every Engine keeps. */
export function testEngine(name: string, create: () => Promise<EngineContract>): void {
  const world = async (work: (contract: EngineContract) => Promise<void>) => {
    const contract = await create();
    await work(contract).finally(() => contract.close());
  };

  describe(`${name} keeps the engine's contract:`, () => {
    test("files, sizes and rows are what the lake has, and nothing else is there", () =>
      world(async (contract) => {
        const day = await contract.build("2026-11-20", [1, 2, 2, 3, 3.5]);
        const { report } = await one(contract, day);

        expect(await listFolder(contract.store, `${day.prefix}generation=${report.generation}/`)).toEqual(
          report.files.map(({ key, bytes }) => ({ key, bytes })),
        );
        expect(report.files.reduce((sum, file) => sum + file.rows, 0)).toBe(report.balance.written);
        expect(report.balance).toEqual({
          source: 5,
          written: 3,
          duplicates: { exact: 1, conflicting: 1 },
          filtered: 0,
        });
        expect(Object.keys(report.nonNull)).toEqual(report.columns.map((column) => column.name));
      }));

    test("the checksum is the sum over the ids", () =>
      world(async (contract) => {
        const { report } = await one(contract, await contract.build("2026-11-20", [1, 2, 3]));

        const ids = await contract.readIds(report.files.map(({ key }) => key));
        expect(report.checksum).toBe(
          String(ids.reduce((sum, id) => sum + BigInt(`0x${id.slice(0, 12)}`), 0n)),
        );
      }));

    test("a shard without rows becomes one file without rows", () =>
      world(async (contract) => {
        const { report } = await one(contract, await contract.build("2026-11-20", []));

        expect(report.files.map(({ rows }) => rows)).toEqual([0]);
        expect(report.checksum).toBe("0");
      }));

    test("each attempt is a generation of its own", () =>
      world(async (contract) => {
        const day = await contract.build("2026-11-20", [1]);
        const [first, second] = [await one(contract, day), await one(contract, day)];

        expect(first.report.generation < second.report.generation).toBe(true);
        expect(first.report.checksum).toBe(second.report.checksum);
      }));

    test("a failing day does not fail the others, and leaves nothing", () =>
      world(async (contract) => {
        const days = [await contract.buildBroken("2026-11-19"), await contract.build("2026-11-20", [1])];
        const outcomes = await run(contract, days);

        expect(
          outcomes.map((outcome) => ("error" in outcome ? (outcome.error as ShardliftError).code : "done")),
        ).toEqual(["data", "done"]);
        expect(await listFolder(contract.store, days[0]!.prefix)).toEqual([]);
      }));

    test("an attempt past its deadline fails and may be tried again", () =>
      world(async (contract) => {
        const day = { ...(await contract.build("2026-11-20", [1])), deadlineMs: 0 };
        const [outcome] = await run(contract, [day]);

        expect("error" in outcome! && (outcome.error as ShardliftError).retryable).toBe(true);
      }));

    test("an aborted attempt ends with the signal's reason and leaves nothing", () =>
      world(async (contract) => {
        const controller = new AbortController();
        controller.abort(new Error("stop"));
        const day = await contract.build("2026-11-20", [1]);
        const [outcome] = await run(contract, [day], controller.signal);

        expect("error" in outcome! && outcome.error).toEqual(new Error("stop"));
        expect(await listFolder(contract.store, day.prefix)).toEqual([]);
      }));
  });
}

async function run(
  contract: EngineContract,
  days: readonly DayExtract[],
  signal = new AbortController().signal,
) {
  const outcomes: DayOutcome[] = [];
  const context = { signal, onRows: () => {} };
  for await (const outcome of contract.engine.extract(days, context)) outcomes.push(outcome);
  return outcomes;
}

async function one(contract: EngineContract, day: DayExtract): Promise<{ report: GenerationReport }> {
  const [outcome] = await run(contract, [day]);
  if (outcome === undefined) throw new Error("no outcome");
  if ("error" in outcome) throw outcome.error;
  return outcome;
}

async function listFolder(store: ObjectStore, prefix: string) {
  const found: { key: string; bytes: number }[] = [];
  for await (const { key, bytes } of store.list(prefix)) found.push({ key, bytes });
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}
