import { formatBytes, formatCount } from "../plan/format.ts";
import type { Paint } from "../plan/render-plan.ts";
import type { DaySample } from "../tasks/extract-sample.ts";

/** What became of the rows of each day: counts, files, and its columns with how many rows have a value. */
export function renderSamples(samples: readonly DaySample[], location: string, paint: Paint): string {
  if (samples.length === 0) return "No sample was taken.\n";
  const days = samples.map((sample) => renderDay(sample, paint));
  return `${days.join("\n")}\nNothing is committed. The files are in ${location}; repair takes them away after \`keep\`.\n`;
}

function renderDay({ planned, table, report }: DaySample, paint: Paint): string {
  const { balance, files, duplicatesFiles } = report;
  const { source, written, duplicates, filtered } = balance;
  const counts = [
    `${formatCount(source)} rows read`,
    `${formatCount(written)} written`,
    `${formatCount(duplicates.exact)} exact and ${formatCount(duplicates.conflicting)} conflicting duplicates`,
    `${formatCount(filtered)} filtered`,
  ];
  const paths = [...files, ...duplicatesFiles].map(
    ({ key, rows, bytes }) => `  ${key} (${formatCount(rows)} rows, ${formatBytes(bytes)})`,
  );
  const title = paint("strong", `${planned.family.family} ${planned.day}, from ${table}`);
  return [title, `  ${counts.join(", ")}`, ...paths, ...renderColumns(report, paint), ""].join("\n");
}

function renderColumns({ columns, nonNull }: DaySample["report"], paint: Paint): string[] {
  const rows = columns.map(({ name, type, mode }) => [
    name,
    mode === "REPEATED" ? `${type}, repeated` : type,
    formatCount(nonNull[name] ?? 0),
  ]);
  const all = [["column", "type", "with a value"], ...rows];
  const widths = [0, 1, 2].map((index) => Math.max(...all.map((row) => row[index]!.length)));
  const line = ([name = "", type = "", count = ""]: string[]) =>
    `  ${name.padEnd(widths[0]!)}  ${type.padEnd(widths[1]!)}  ${count.padStart(widths[2]!)}`;
  return [paint("dim", line(all[0]!)), ...rows.map(line)];
}
