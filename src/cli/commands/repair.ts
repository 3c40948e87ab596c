import type { OldRun } from "../../lake/find-old-runs.ts";
import { formatBytes, formatPlural } from "../../plan/format.ts";
import type { Paint } from "../../plan/render-plan.ts";
import { type FamilyRepair, runRepair } from "../../tasks/repair.ts";
import { readInteractiveExitCode } from "../../tasks/run.ts";
import type { Io } from "../io.ts";
import type { SessionFlags } from "../session.ts";
import { withSession } from "../with-session.ts";

/** `shardlift repair`: what crashes left and what nobody needs any more; `--dry-run` only shows it. */
export function run(flags: SessionFlags & { dryRun?: boolean }, io: Io): Promise<number> {
  return withSession(flags, io, async ({ context, paint }) => {
    const { families, runs, output } = await runRepair(context, flags.dryRun ? "show" : "apply");
    if (flags.json) io.stdout.write(`${JSON.stringify(output.line)}\n`);
    else
      io.stdout.write(
        [...families.map((found) => renderFamily(found, paint)), ...renderRuns(runs)].join("\n"),
      );
    return readInteractiveExitCode(output.exitCode);
  });
}

/** Where there are none, most lakes know no runs at all. */
function renderRuns(runs: readonly OldRun[]): string[] {
  if (runs.length === 0) return [];
  const bytes = runs.reduce((sum, run) => sum + run.bytes, 0);
  return [`specs and reports of ${formatPlural(runs.length, "old run")}, ${formatBytes(bytes)}\n`];
}

function renderFamily({ family, plan, removed }: FamilyRepair, paint: Paint): string {
  const lines = [paint("strong", family.family)];
  for (const item of plan.items) {
    lines.push(`  remove ${item.day} ${item.generation}, ${formatBytes(item.bytes)}: ${item.reason}`);
  }
  for (const item of plan.kept)
    lines.push(paint("dim", `  keep   ${item.day} ${item.generation}: ${item.reason}`));
  for (const warning of plan.warnings) lines.push(paint("bad", `  look   ${warning}`));
  const verdict =
    plan.items.length === 0
      ? "nothing to clean"
      : `${formatPlural(plan.items.length, "generation")} to remove, ${removed} removed`;
  return `${[...lines, `  ${verdict}`].join("\n")}\n`;
}
