import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { findEmulator } from "../../../../scripts/testing/bigquery-emulator.ts";
import { findFreePort } from "../../../support/aws-servers.ts";

export interface Emulator {
  /** REST and gRPC, as source.endpoint and source.read_endpoint. */
  rest: string;
  read: string;
  close(): Promise<void>;
}

/** Starts goccy/bigquery-emulator on free ports of 127.0.0.1, in memory, and waits until it answers. */
export async function startEmulator(project: string): Promise<Emulator> {
  const [port, grpcPort] = [await findFreePort(), await findFreePort()];
  const places = ["--host=127.0.0.1", `--port=${port}`, `--grpc-port=${grpcPort}`];
  const child = spawn(findEmulator()!, [...places, `--project=${project}`, "--log-level=error"], {
    stdio: "ignore",
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const rest = `http://127.0.0.1:${port}`;
  for (let left = 200; left > 0 && !(await answers(rest)); left -= 1) {
    if (child.exitCode !== null) throw new Error(`bigquery-emulator ended with ${child.exitCode}`);
    await pause(50);
  }
  return {
    rest,
    read: `http://127.0.0.1:${grpcPort}`,
    async close() {
      process.off("exit", kill);
      kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

const answers = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  );
