import { type Day, parseDay } from "../../days/day.ts";
import type { CallGlue } from "./client.ts";
import type { GlueTable } from "./names.ts";
import { readTable, updateTable } from "./prepare.ts";
import { readAllPartitions } from "./read-partitions.ts";
import { buildCaughtUpInput, lagMark, readColumns } from "./table-input.ts";
import { lacksMembers } from "./unite-columns.ts";

/**
 * Days whose partitions lack members that the table has gained. The table bears a mark from the request that grew it
 * until this finds none, so that neither a crash forgets them nor every run reads all partitions.
 */
export async function readOutgrownDays(call: CallGlue, table: GlueTable): Promise<Day[]> {
  const found = await readTable(call, table);
  if (found?.Parameters?.[lagMark] === undefined) return [];
  const columns = readColumns(found.StorageDescriptor);
  const partitions = await readAllPartitions(call, table, "columns");
  const lagging = partitions.filter((one) => lacksMembers(readColumns(one.StorageDescriptor), columns));
  const days = lagging.map(({ Values = [] }) => parseDay(Values[0] ?? "")).filter((day) => day !== null);
  // Where it grew once more meanwhile the request is refused, and the mark stays.
  if (days.length === 0) await updateTable(call, table, found, buildCaughtUpInput(found));
  return days.sort();
}
