import { type Behaviour, describeJobRuns } from "../../contracts/job-runs.ts";
import { type Execute, executeInProcess } from "../../doubles/glue/jobs/execution.ts";
import { spawnScript } from "../../doubles/glue/jobs/spawn-script.ts";
import { createGlueWorld } from "./glue-world.ts";

/** Does what the run's key was told to do. */
type Behaviours = Map<string, Behaviour>;

const never = new Promise<void>(() => {});

const executions: Record<string, (behaviours: Behaviours) => Execute> = {
  "a script in this process": (behaviours) =>
    executeInProcess(async (input) => {
      const behaviour = behaviours.get(input.arguments["--shardlift_run_key"]!);
      if (behaviour === "hangs") await never;
      if (behaviour === "fails") throw new Error("no such bucket");
    }),
  "a script in a process of its own": (behaviours) => {
    const code: Record<Behaviour, string> = {
      succeeds: "",
      hangs: "setInterval(() => {}, 1000)",
      fails: "throw new Error('no such bucket')",
    };
    return (input) =>
      spawnScript({
        readObject: async () => new Uint8Array(),
        buildCommand: () => ({
          file: process.execPath,
          args: ["-e", code[behaviours.get(input.arguments["--shardlift_run_key"]!)!]],
        }),
      })(input);
  },
};

for (const [name, createExecute] of Object.entries(executions)) {
  describeJobRuns(`Glue's double with ${name}`, async () => {
    const behaviours: Behaviours = new Map();
    const world = await createGlueWorld({ execute: createExecute(behaviours) });
    const { double } = world;
    const runs = () => [...double.world.jobs.values()].flatMap((job) => job.runs);
    return {
      jobRuns: world.jobRuns,
      maxConcurrent: 2,
      nowMs: double.clock.now,
      async advance() {
        await world.pass(20_000);
        // Those that end by themselves have ended then.
        const ending = runs().filter(
          (run) => behaviours.get(run.arguments["--shardlift_run_key"]!) !== "hangs",
        );
        await Promise.all(ending.flatMap((run) => run.executions.map(({ ended }) => ended)));
        // Those that were killed as well.
        const stopped = runs().filter(({ state }) => state === "STOPPING" || state === "TIMEOUT");
        await Promise.all(stopped.flatMap((run) => run.executions.map(({ ended }) => ended)));
      },
      behave: (runKey, behaviour) => void behaviours.set(runKey, behaviour),
      lastWords: "no such bucket",
      close: async () => {},
    };
  });
}
