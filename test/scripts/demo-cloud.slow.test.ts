import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { missingSpark, sparkPython } from "../glue/spark-python.ts";
import { findServer, neededServer } from "../support/aws-servers.ts";
import { waitForEnd } from "../support/site.ts";

const program = fileURLToPath(new URL("../../scripts/demo-cloud.ts", import.meta.url));
const isMissing = sparkPython === null || findServer("ministack") === null;

describe.skipIf(isMissing)(`the demo in the cloud${missingSpark}${neededServer("ministack")}:`, () => {
  test("ended while Spark runs leaves no process and no file, and says what to do", async () => {
    const child = spawn(process.execPath, [program, "--files"], { stdio: ["ignore", "pipe", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    let told = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text) => {
        told += text;
      });
    }
    const ended = waitForEnd(child);
    const readRun = () => /run (jr_\w+) started/.exec(told)?.[1] ?? "none yet";
    await expect
      .poll(() => findProcesses("-f", readRun()).length, { timeout: 120_000, interval: 200 })
      .toBeGreaterThan(0);
    const [, folder = ""] = /configuration and buckets are in (\S+)/.exec(told) ?? [];
    // The stand-in for S3, the command, and Spark, whose own come with the run's id.
    const children = findProcesses("-P", String(child.pid));
    expect([existsSync(folder), children.length]).toEqual([true, 3]);

    child.kill("SIGINT");
    child.kill("SIGINT");

    expect((await ended).exitCode).toBeNull();
    expect(child.signalCode).toBe("SIGINT");
    expect(told.trimEnd().split("\n").at(-1)).toBe("Nothing of it is left; the same command begins anew.");
    expect(existsSync(folder)).toBe(false);
    expect([findProcesses("-f", readRun()), children.filter(isAlive)]).toEqual([[], []]);
  });
});

/** Ids of processes by their command line (`-f`) or their parent (`-P`). */
function findProcesses(by: "-f" | "-P", what: string): number[] {
  try {
    return execFileSync("pgrep", [by, what], { encoding: "utf8" }).trim().split("\n").map(Number);
  } catch {
    // It ends with 1 where there is none.
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
