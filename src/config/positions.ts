/** Line and column, both from 1. */
export interface Position {
  line: number;
  column: number;
}

/**
 * Turns offsets into positions, counted in the text itself: those that a parser reports may lie behind its end.
 * Lines are indexed once, so that thousands of issues of one file cost no more than reading it.
 */
export function createPositions(text: string): (offset: number) => Position {
  const starts = [0];
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", end + 1)) starts.push(end + 1);
  return (offset) => {
    const inside = Math.min(offset, text.length);
    const line = countAtMost(starts, inside);
    return { line, column: inside - (starts[line - 1] ?? 0) + 1 };
  };
}

/** How many of the sorted numbers are not above the limit. */
function countAtMost(sorted: readonly number[], limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
