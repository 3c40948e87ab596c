import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** Python of a virtual environment with fakesnow, which whole test runs install; undefined: nobody has. */
export const python = process.env.SHARDLIFT_FAKESNOW;

export interface Witness {
  url: string;
  close(): Promise<void>;
}

/** Starts fakesnow on a free port of 127.0.0.1, and waits until it answers. */
export async function startFakesnow(): Promise<Witness> {
  const port = await findPort();
  const folder = new URL(".", import.meta.url).pathname;
  const options = ["-m", "uvicorn", "--app-dir", folder, "--host", "127.0.0.1", "--port", String(port)];
  const child = spawn(python!, [...options, "--log-level", "error", "fakesnow_json:app"], {
    stdio: "ignore",
  });
  const url = `http://127.0.0.1:${port}`;
  for (let left = 200; left > 0 && !(await answers(url)); left--) {
    if (child.exitCode !== null) throw new Error(`fakesnow ended with ${child.exitCode}`);
    await pause(50);
  }
  return {
    url,
    async close() {
      child.kill();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const answers = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  );
