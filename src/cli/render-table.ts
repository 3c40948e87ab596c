/** Rows as they come, in columns: widths are measured on the first rows, later wider cells push on. */
const measuredRows = 100;

/** Longer values are cut in text; JSON has them whole. */
const maxCellWidth = 60;

/** Yields lines of a table as rows arrive, so that a long answer needs no memory. */
export async function* renderTable(
  columns: readonly string[],
  rows: AsyncIterable<(string | null)[]>,
): AsyncGenerator<string> {
  const first: (string | null)[][] = [];
  let widths: number[] | null = null;
  for await (const row of rows) {
    if (widths !== null) {
      yield renderLine(row, widths);
      continue;
    }
    first.push(row);
    if (first.length < measuredRows) continue;
    widths = measureWidths(columns, first);
    yield* renderStart(columns, first, widths);
  }
  if (widths === null) yield* renderStart(columns, first, measureWidths(columns, first));
}

function* renderStart(
  columns: readonly string[],
  rows: readonly (string | null)[][],
  widths: readonly number[],
) {
  yield renderLine(columns, widths);
  yield widths.map((width) => "─".repeat(width)).join("──");
  for (const row of rows) yield renderLine(row, widths);
}

function measureWidths(columns: readonly string[], rows: readonly (string | null)[][]): number[] {
  return columns.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => renderCell(row[column]).length)),
  );
}

function renderLine(cells: readonly (string | null)[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => renderCell(cell).padEnd(widths[column] ?? 0))
    .join("  ")
    .trimEnd();
}

function renderCell(cell: string | null | undefined): string {
  const text = (cell ?? "NULL").replaceAll(/\s+/g, " ");
  return text.length > maxCellWidth ? `${text.slice(0, maxCellWidth - 1)}…` : text;
}
