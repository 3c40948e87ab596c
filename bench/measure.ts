/** What a measured process is told, as arguments. */
export interface MeasureInput {
  /** The day's Parquet file. */
  path: string;
  /** Where it may write. */
  folder: string;
  threads: number;
  memoryBytes: number;
}

/** What a measured process tells, as its last line. */
export interface Measure {
  seconds: number;
  /** Peak memory of the whole process, in millions of bytes like every size we write. */
  peakMb: number;
  rows: number;
}

export function readMeasureInput(): MeasureInput {
  return JSON.parse(process.argv[2]!) as MeasureInput;
}

export function printMeasure(startedAtMs: number, rows: number): void {
  const seconds = (performance.now() - startedAtMs) / 1000;
  const measure: Measure = { seconds, peakMb: (process.resourceUsage().maxRSS * 1024) / 1e6, rows };
  process.stdout.write(`${JSON.stringify(measure)}\n`);
}
