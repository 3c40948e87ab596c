import type { Change, FileChange, PlacePlan } from "../../deploy/types.ts";
import { formatBytes, formatPlural } from "../../plan/format.ts";
import type { Paint } from "../../plan/render-plan.ts";
import { renderTable } from "../render-table.ts";

const moves: readonly Change[] = ["new", "changed", "removed"];

const styles = { new: "good", changed: "warn", same: "dim", removed: "bad" } as const;

/** A table of what differs from what is deployed, with `all` also of what stays; empty where it has no rows. */
export async function renderDeploy(
  plans: readonly PlacePlan[],
  { paint, all }: { paint: Paint; all: boolean },
): Promise<string> {
  const rows = listChanges(plans, all ? [...moves, "same"] : moves);
  if (rows.length === 0) return "";
  const cells = rows.map(({ part, name, change, bytes }) => [part, name, change, formatBytes(bytes)]);
  const lines: string[] = [];
  for await (const line of renderTable(["part", "file", "change", "size"], iterate(cells))) {
    // The head and the line below it have no row.
    const row = rows[lines.length - 2];
    lines.push(row === undefined ? line : paint(styles[row.change], line));
  }
  return `${lines.join("\n")}\n`;
}

async function* iterate<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

/** Files of all parts that differ, or whose changes are asked for. */
export function listChanges(
  plans: readonly PlacePlan[],
  wanted: readonly Change[] = moves,
): (FileChange & Pick<PlacePlan, "part">)[] {
  return plans.flatMap(({ part, changes }) =>
    changes.filter(({ change }) => wanted.includes(change)).map((change) => ({ part, ...change })),
  );
}

/** How many files differ and how many stay, and where commands find the configuration from then on. */
export function describeDeploy(plans: readonly PlacePlan[], url: string): string {
  const count = (change: Change) => listChanges(plans, [change]).length;
  if (plans.every(({ isInStep }) => isInStep)) {
    return `Nothing changed: ${formatPlural(count("same"), "file")} as deployed; the configuration is ${url}`;
  }
  const parts = [...moves, "same" as const].map((change) => `${count(change)} ${change}`);
  return `${parts.join(", ")}; the configuration will be ${url}`;
}
