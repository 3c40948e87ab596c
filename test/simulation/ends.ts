import { exitCodes, isShardliftError } from "../../src/errors.ts";
import type { TaskOutput } from "../../src/tasks/context.ts";
import { fail, Violation } from "./invariants.ts";
import type { FaultName } from "./kernel/faults.ts";
import type { Process } from "./kernel/types.ts";
import type { World } from "./world.ts";

/** Where the outside itself did wrong, a guard may stop a run: that is what it is for. */
const misdeeds: readonly FaultName[] = ["copy empties a column", "stale list", "partial copy"];

/** A run may fail, be late or be refused; it never meets a bug of ours, nor rows that do not balance by our own doing. */
export function checkEnd(world: World, { name, end }: Process): void {
  if (end === null) return;
  if ("error" in end) {
    if (end.error instanceof Violation) throw end.error;
    if (!isShardliftError(end.error)) fail(`${name} met a bug: ${(end.error as Error).stack}`);
    if (end.error.code === "bug") fail(`${name} met a bug: ${end.error.message}`);
    if (end.error.code === "balance") checkBalance(world, name, end.error.message);
    return;
  }
  const { exitCode, line } = end.answer as TaskOutput;
  if (exitCode === exitCodes.bug) fail(`${name} met a bug: ${JSON.stringify(line)}`);
  const text = JSON.stringify(line.notable ?? "");
  if (text.includes("does not balance")) checkBalance(world, name, text);
}

function checkBalance(world: World, name: string, text: string): void {
  const isExcused = world.damaged.size > 0 || misdeeds.some((fault) => world.kernel.struck.has(fault));
  if (!isExcused) fail(`${name} found rows that do not balance, and nobody did wrong but us: ${text}`);
}
