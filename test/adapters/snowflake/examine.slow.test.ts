import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { ExaminedStep } from "../../../src/adapters/examine-step.ts";
import { examineSnowflake } from "../../../src/adapters/snowflake/examine.ts";
import type { SnowflakeOptions } from "../../../src/adapters/snowflake/options.ts";
import type { Clock } from "../../../src/ports.ts";
import { buildConfig, privateKey } from "./snowflake-world.ts";

/** An address that accepts whoever comes and says nothing. */
async function listenInSilence() {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => void sockets.add(socket.on("error", () => {})));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const end = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port: address.port, sockets, end };
}

let silence: Awaited<ReturnType<typeof listenInSilence>>;
afterEach(() => silence.end());

/** Time passes only once somebody has called. */
function createHurriedClock(): { clock: Clock; slept: number[] } {
  const slept: number[] = [];
  const sleep = async (ms: number) => {
    while (silence.sockets.size === 0) await new Promise((resolve) => setImmediate(resolve));
    slept.push(ms);
  };
  return { clock: { now: () => 0, sleep }, slept };
}

async function examineAll(options: SnowflakeOptions): Promise<ExaminedStep[]> {
  const steps: ExaminedStep[] = [];
  for await (const step of examineSnowflake(options)) steps.push(step);
  return steps;
}

describe("an account that accepts connections and stays silent", () => {
  test("fails at sign-in after its one minute, and nothing else is tried", async () => {
    silence = await listenInSilence();
    const { clock, slept } = createHurriedClock();
    const endpoint = { protocol: "http" as const, host: "127.0.0.1", port: silence.port };
    const options = { config: buildConfig({ endpoint }), clock, tag: {}, readSecret: async () => privateKey };
    const [signIn, ...others] = await examineAll(options);
    expect(signIn).toEqual({
      step: "sign-in",
      ok: false,
      code: "outside",
      detail: [
        "Signing in to Snowflake account myorg-shop failed.",
        `  rule: Snowflake answers at 127.0.0.1:${silence.port} within 60 s`,
        "  received: no answer",
        "  to do: check the account's name (myorg-shop) and host, the network and its firewall, and the proxy (HTTPS_PROXY, NO_PROXY); then run again: nothing was begun",
      ].join("\n"),
    });
    const untried = { ok: false, detail: "not tried: sign-in failed" };
    expect(others).toEqual(["virtual", "stage", "trust"].map((step) => ({ step, ...untried })));
    expect(slept).toEqual([60_000]);
  });
});
