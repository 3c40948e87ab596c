export interface BarLine {
  name: string;
  /** 0 to 1. */
  share: number;
  text: string;
  columns: number;
}

const barWidth = 24;

/** One line that fits the terminal: a name, a bar, a percentage and what is being done. */
export function renderBar({ name, share, text, columns }: BarLine): string {
  const done = Math.round(Math.max(0, Math.min(1, share)) * barWidth);
  const bar = "█".repeat(done) + "░".repeat(barWidth - done);
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `${name.padEnd(9)} ${bar} ${percent} %  ${text}`.slice(0, Math.max(20, columns - 1));
}
