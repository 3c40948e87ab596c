import { minimize, renderScenario } from "./minimize.ts";
import { runSchedule } from "./run-schedule.ts";
import { buildScenario } from "./scenario.ts";

/** Lines of a trace that are shown before its end. */
const maxLines = 400;

/**
 * One schedule for people: what went wrong, the smallest schedule that still goes wrong, and what happened in it.
 * @param which `whole`: the schedule as it is, whether it fails or not
 */
export async function renderFailure(seed: number, which: "whole" | "smallest"): Promise<string> {
  const scenario = buildScenario(seed);
  const shown = which === "whole" ? scenario : await minimize(scenario);
  const lines: string[] = [];
  const { violation, steps } = await runSchedule(shown, (line) => lines.push(line));
  const cut =
    lines.length > maxLines && which === "smallest" ? [`… ${lines.length - maxLines} lines before`] : [];
  return [
    `seed ${seed}: ${violation ?? "nothing went wrong"} (${steps} steps)`,
    renderScenario(shown),
    ...cut,
    ...(cut.length > 0 ? lines.slice(-maxLines) : lines),
  ].join("\n");
}
