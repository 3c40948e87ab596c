import { describe, expect, test } from "vitest";
import type { JobRun, JobRuns, JobStart } from "../../src/ports.ts";

/** What a run's script does, told by the run key. */
export type Behaviour = "succeeds" | "fails" | "hangs";

/** What the suite needs of a job service's world. */
export interface JobRunsContract {
  jobRuns: JobRuns;
  /** How many runs may be on at once. */
  maxConcurrent: number;
  /** By the service's clock, ms. */
  nowMs(): number;
  /** Lets time pass until runs can have begun, ended, been stopped or been listed. */
  advance(): Promise<void>;
  /** Says what runs of a key do; before they are started. */
  behave(runKey: string, behaviour: Behaviour): void;
  /** Last words of a script that fails: the run's message has them. */
  lastWords: string;
  close(): Promise<void>;
}

const lastStates = ["succeeded", "failed", "stopped", "timed out"];
const longMs = 24 * 3_600_000;

/** The contract that every JobRuns keeps. */
export function describeJobRuns(name: string, create: () => Promise<JobRunsContract>): void {
  const world = async (work: (contract: JobRunsContract) => Promise<void>) => {
    const contract = await create();
    await work(contract).finally(() => contract.close());
  };
  const start = (contract: JobRunsContract, runKey: string, over: Partial<JobStart> = {}) =>
    contract.jobRuns.start({
      runKey,
      specKey: `_runs/${runKey}/spec.json`,
      pipeline: "web-shop",
      bytes: 1000,
      deadlineMs: contract.nowMs() + longMs,
      ...over,
    });

  describe(`${name} keeps the contract of a job service:`, () => {
    test("a run is known by its id from its start on, with the key it was started with", () =>
      world(async (contract) => {
        contract.behave("a", "hangs");
        const beforeMs = contract.nowMs();
        const id = await start(contract, "a");

        const run = (await contract.jobRuns.read(id))!;
        expect(run).toMatchObject({ id, runKey: "a", endedAtMs: null, message: null });
        expect(["waiting", "running"]).toContain(run.state);
        expect(run.startedAtMs).toBeGreaterThanOrEqual(beforeMs);
      }));

    test("two starts of one key are two runs: there is no client token", () =>
      world(async (contract) => {
        contract.behave("a", "hangs");
        const ids = [await start(contract, "a"), await start(contract, "a")];

        expect(new Set(ids).size).toBe(2);
      }));

    test("a run whose script ends has succeeded, and says when and how long", () =>
      world(async (contract) => {
        contract.behave("a", "succeeds");
        const run = await readEnd(contract, await start(contract, "a"));

        expect(run.state).toBe("succeeded");
        expect(run.endedAtMs).toBeGreaterThanOrEqual(run.startedAtMs);
        expect(run.seconds).toBeGreaterThanOrEqual(0);
      }));

    test("a run whose script fails has failed, with its last words", () =>
      world(async (contract) => {
        contract.behave("a", "fails");
        const run = await readEnd(contract, await start(contract, "a"));

        expect(run.state).toBe("failed");
        expect(run.message).toContain(contract.lastWords);
      }));

    test("a run that hangs is ended at its deadline", () =>
      world(async (contract) => {
        contract.behave("a", "hangs");
        const id = await start(contract, "a", { deadlineMs: contract.nowMs() + 60_000 });

        expect((await readEnd(contract, id)).state).toBe("timed out");
      }));

    test("a run that is stopped ends, and a stop is not waited for", () =>
      world(async (contract) => {
        contract.behave("a", "hangs");
        const id = await start(contract, "a");
        await contract.advance();
        await contract.jobRuns.stop(id);

        expect(["stopping", "stopped"]).toContain((await contract.jobRuns.read(id))!.state);
        expect((await readEnd(contract, id)).state).toBe("stopped");
      }));

    test("a run that has ended stays as it ended, whoever stops it", () =>
      world(async (contract) => {
        contract.behave("a", "succeeds");
        const ended = await readEnd(contract, await start(contract, "a"));
        await contract.jobRuns.stop(ended.id);
        await contract.advance();

        expect(await contract.jobRuns.read(ended.id)).toEqual(ended);
      }));

    test("a run that nobody started is not known, and stopping it is no error", () =>
      world(async (contract) => {
        expect(await contract.jobRuns.read("jr-unknown")).toBeNull();
        await contract.jobRuns.stop("jr-unknown");
      }));

    test("the list has every run once, newest first, as it is read one by one", () =>
      world(async (contract) => {
        const ids: string[] = [];
        for (const key of ["a", "b", "c"]) {
          contract.behave(key, "succeeds");
          const id = await start(contract, key);
          await readEnd(contract, id);
          ids.unshift(id);
        }

        const listed = await list(contract);
        expect(listed.map(({ id }) => id)).toEqual(ids);
        expect(listed).toEqual(await Promise.all(ids.map((id) => contract.jobRuns.read(id))));
      }));

    test("a list may be left after its first run", () =>
      world(async (contract) => {
        contract.behave("a", "succeeds");
        const id = await start(contract, "a");
        await readEnd(contract, id);
        for await (const run of contract.jobRuns.list()) {
          expect(run.id).toBe(id);
          break;
        }
      }));

    test("where as many runs are on as may be, a start says so and begins none; room that is made is used", () =>
      world(async (contract) => {
        contract.behave("a", "hangs");
        const ids: string[] = [];
        for (let count = 0; count < contract.maxConcurrent; count += 1) ids.push(await start(contract, "a"));

        await expect(start(contract, "a")).rejects.toMatchObject({ code: "not-ready", retryable: true });
        await contract.advance();
        expect((await list(contract)).length).toBe(contract.maxConcurrent);

        await contract.jobRuns.stop(ids[0]!);
        await readEnd(contract, ids[0]!);
        expect(await start(contract, "a")).not.toBe(ids[0]);
      }));
  });
}

/** Waits for a run's end; the suite's own patience ends after a hundred looks. */
async function readEnd(contract: JobRunsContract, id: string): Promise<JobRun> {
  for (let looks = 0; looks < 100; looks += 1) {
    const run = await contract.jobRuns.read(id);
    if (run !== null && lastStates.includes(run.state)) return run;
    await contract.advance();
  }
  throw new Error(`${id} did not end`);
}

async function list(contract: JobRunsContract): Promise<JobRun[]> {
  const runs: JobRun[] = [];
  for await (const run of contract.jobRuns.list()) runs.push(run);
  return runs;
}
