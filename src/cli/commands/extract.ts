import { ShardliftError } from "../../errors.ts";
import { readInteractiveExitCode } from "../../tasks/run.ts";
import type { Io } from "../io.ts";
import { tellTroubles } from "../render-results.ts";
import { renderSamples } from "../render-sample.ts";
import type { SessionFlags } from "../session.ts";
import { withSession } from "../with-session.ts";
import { runTask, tellLine } from "./task.ts";

type ExtractFlags = SessionFlags & { sample?: string };

const maxSampleRows = 1_000_000;

/** `shardlift extract`: the task of the same name; with `--sample` a trial of the rules that commits nothing. */
export function run(flags: ExtractFlags, io: Io): Promise<number> {
  if (flags.sample === undefined) return runTask("extract", flags, io);
  const rows = flags.sample;
  const isTask = flags.json ?? false;
  return isTask ? tellLine("extract", io, () => sample(flags, rows, io)) : sample(flags, rows, io);
}

async function sample(flags: ExtractFlags, text: string, io: Io): Promise<number> {
  const rows = readRows(text);
  const { runSample } = await import("../../tasks/extract-sample.ts");
  return withSession(flags, io, async ({ context, progress, paint }) => {
    const { samples, output } = await runSample(context, rows);
    progress.stop();
    tellTroubles(output.results ?? [], io, flags.progress);
    if (flags.json) io.stdout.write(`${JSON.stringify(output.line)}\n`);
    else io.stdout.write(renderSamples(samples, context.ports.store.location, paint));
    return flags.json ? output.exitCode : readInteractiveExitCode(output.exitCode);
  });
}

function readRows(text: string): number {
  const rows = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (rows >= 1 && rows <= maxSampleRows) return rows;
  throw new ShardliftError("usage", {
    failed: "The value of --sample is no number of rows.",
    rule: `a sample has 1 to ${maxSampleRows} rows of each day`,
    received: text,
    remedy: "write --sample 1000",
  });
}
