/** Stand-ins for AWS, by other people: MiniStack and moto, each a process of its own on this machine's own address. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

export interface AwsServer {
  endpoint: string;
  stop(): Promise<void>;
}

/** The account that MiniStack takes calls with this key for; it is a part of its files' paths. */
export const account = "123456789012";

/** What the SDK's chain of providers finds first; nothing of this machine's own is asked. */
export const credentials = {
  AWS_ACCESS_KEY_ID: account,
  AWS_SECRET_ACCESS_KEY: "stand-in",
  AWS_REGION: "eu-central-1",
  AWS_EC2_METADATA_DISABLED: "true",
} as const;

const programs = { ministack: "SHARDLIFT_MINISTACK", moto: "SHARDLIFT_MOTO" } as const;

/**
 * @returns the interpreter that a server was installed for (scripts/testing/<name>.txt), or null
 * @throws in continuous integration, where a server that is missing should have been there
 */
export function findServer(name: keyof typeof programs): string | null {
  const python = process.env[programs[name]] ?? join(".cache", name, "bin", "python");
  if (existsSync(python)) return python;
  if (process.env.CI) throw new Error(`${name} is not installed in ${python}`);
  return null;
}

/** For titles of tests that need a server. */
export function neededServer(name: keyof typeof programs): string {
  return findServer(name) === null
    ? ` (skipped: no ${name}; npm test installs it where there is Python 3)`
    : "";
}

/** @param folder where objects are kept as plain files, `<folder>/<account>/<bucket>/<key>`; without it in memory */
export async function startMinistack(folder?: string): Promise<AwsServer> {
  const port = await findFreePort();
  const kept = folder === undefined ? {} : { S3_PERSIST: "1", S3_DATA_DIR: folder };
  return startServer(port, "ministack", [], {
    GATEWAY_PORT: String(port),
    // Without it the server listens on every address.
    BIND_HOST: "127.0.0.1",
    IOT_MTLS_ENABLED: "0",
    ...kept,
  });
}

export async function startMoto(): Promise<AwsServer> {
  const port = await findFreePort();
  return startServer(port, "moto", ["-H", "127.0.0.1", "-p", String(port)], {});
}

async function startServer(
  port: number,
  name: keyof typeof programs,
  args: readonly string[],
  env: Record<string, string>,
): Promise<AwsServer> {
  const python = findServer(name);
  if (python === null) throw new Error(`${name} is not installed`);
  const script = join(dirname(python), name === "moto" ? "moto_server" : name);
  // In a group of its own: a terminal's Ctrl-C is for whoever started it, who still has things to end there.
  const child = spawn(script, args, {
    stdio: "ignore",
    detached: true,
    env: { ...process.env, ...credentials, ...env },
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const endpoint = `http://127.0.0.1:${port}`;
  await waitUntilReady(endpoint, child, name);
  return {
    endpoint,
    stop: () =>
      new Promise((resolve) => {
        process.off("exit", kill);
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once("exit", () => resolve());
        kill();
      }),
  };
}

/** A server says nothing when it is ready: it is asked until it answers, or has ended. */
async function waitUntilReady(endpoint: string, child: ChildProcess, name: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode} at its start`);
    const answer = await fetch(endpoint, { signal: AbortSignal.timeout(5000) }).catch(() => null);
    if (answer !== null) return;
    await pause(100);
  }
  child.kill("SIGKILL");
  throw new Error(`${name} did not answer within a minute`);
}

export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address ? resolve(address.port) : reject()));
    });
  });
}
