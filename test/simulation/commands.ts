import { exitCodes } from "../../src/errors.ts";
import type { RollbackTarget } from "../../src/lake/plan-rollback.ts";
import type { TaskContext, TaskOutput } from "../../src/tasks/context.ts";
import { runRepair } from "../../src/tasks/repair.ts";
import { runRelease, runRollback } from "../../src/tasks/rollback.ts";
import { runPipeline } from "../../src/tasks/run.ts";
import { taskRunners } from "../../src/tasks/run-task.ts";
import { runQuery } from "./analysts.ts";
import { readGodHead } from "./god.ts";
import type { Process } from "./kernel/types.ts";
import type { Job } from "./scenario.ts";
import { buildContext, type World } from "./world.ts";

/** Runs one job of a schedule in its process, as the command line would. */
export async function runJob(world: World, process: Process, job: Job): Promise<TaskOutput> {
  const { command, rules } = job;
  const context = (changes: Partial<TaskContext> = {}) => buildContext(world, process, rules, changes);
  const choices = { accept: false, again: false, goOn: true, distrust: false, only: "all" } as const;
  switch (command.do) {
    case "run":
      return (await runPipeline(context())).output;
    case "sweep": {
      const all = { selection: { select: "all" }, choices: { ...choices, distrust: true } } as const;
      return (await runPipeline(context(all))).output;
    }
    case "backfill": {
      const range = { first: command.day, last: command.day };
      const changes = {
        selection: { select: "range", range },
        choices: { ...choices, again: command.again },
      } as const;
      return (await runPipeline(context(changes))).output;
    }
    case "task":
      return taskRunners[command.task]!(context());
    case "repair":
      return (await runRepair(context(), "apply")).output;
    case "rollback":
    case "hold": {
      const range = { first: command.day, last: command.day };
      const generation = readGodHead(world, command.day)?.generation ?? "none";
      const target: RollbackTarget =
        command.do === "hold" ? { to: "generation", generation } : { to: "previous" };
      const wish = { target, reason: "a test" };
      return (await runRollback(context(), range, wish)).output;
    }
    case "release":
      return runRelease(context(), { first: command.day, last: command.day });
    case "query":
      await runQuery(world, process, command.table);
      return { exitCode: exitCodes.done, line: {} };
    default:
      return command satisfies never;
  }
}
