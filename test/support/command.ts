import { Readable, Writable } from "node:stream";
import type { Io } from "../../src/cli/io.ts";
import { main } from "../../src/cli/main.ts";
import type { Site } from "./site.ts";

export interface Said {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs a command line in this process, in the folder of a site. */
export async function command(
  site: Pick<Site, "folder">,
  args: readonly string[],
  input: { env?: NodeJS.ProcessEnv; stdin?: string } = {},
): Promise<Said> {
  const said = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") =>
    new Writable({
      write(chunk, _, done) {
        said[name] += String(chunk);
        done();
      },
    }) as unknown as NodeJS.WriteStream;
  const io: Io = {
    stdin: Readable.from([input.stdin ?? ""]) as unknown as NodeJS.ReadStream,
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    env: { NO_COLOR: "1", SHARDLIFT_CONFIG: site.folder, ...input.env },
    cwd: site.folder,
  };
  const exitCode = await main(args, io);
  return { exitCode, ...said };
}

/** The one line of JSON that a task ends with; fails where stdout holds anything else. */
export function readLine(said: Said): Record<string, unknown> {
  const lines = said.stdout.split("\n");
  if (lines.length !== 2 || lines[1] !== "") throw new Error(`not one line: ${JSON.stringify(said.stdout)}`);
  return JSON.parse(lines[0]!);
}
