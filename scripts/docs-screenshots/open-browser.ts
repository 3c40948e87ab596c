import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleepFor } from "node:timers/promises";

/** One page of a headless Chromium, by its DevTools protocol. */
export interface Page {
  /** Size of what is seen, in pixels. */
  resize(width: number, height: number): Promise<void>;
  open(url: string): Promise<void>;
  /** Value of an expression in the page, as JSON has it. */
  evaluate(expression: string): Promise<unknown>;
  /** Clicks in the middle of the element that an expression names. */
  click(expression: string): Promise<void>;
  /** Waits until an expression is true. @throws after half a minute */
  waitFor(expression: string): Promise<void>;
  /** Writes a PNG. */
  capture(path: string): Promise<void>;
  close(): Promise<void>;
}

/** Nothing leaves the machine: the browser looks for no updates, no synced settings, no certificates. */
const flags = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"],
  ...[
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
  ],
  ...["--remote-debugging-port=0", "--lang=en-US", "--force-color-profile=srgb"],
];

const withinMs = 30_000;

/** @param program such as `chromium` */
export async function openBrowser(program: string): Promise<Page> {
  const profile = await mkdtemp(join(tmpdir(), "shardlift-browser-"));
  const child = spawn(program, [...flags, `--user-data-dir=${profile}`, "about:blank"], { stdio: "ignore" });
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const close = async () => {
    if (child.kill()) await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const origin = await Promise.race([failed, findOrigin(profile)]);
    const pages = (await (await fetch(`${origin}/json/list`)).json()) as {
      type: string;
      [key: string]: string;
    }[];
    const url = pages.find(({ type }) => type === "page")?.webSocketDebuggerUrl;
    return { ...buildPage(await connect(url!)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The browser writes down which port it took. */
async function findOrigin(profile: string): Promise<string> {
  const file = join(profile, "DevToolsActivePort");
  await retry(`${file}`, async () => existsSync(file) && (await readFile(file, "utf8")).includes("\n"));
  return `http://127.0.0.1:${(await readFile(file, "utf8")).split("\n")[0]}`;
}

type Send = (method: string, params?: Record<string, unknown>) => Promise<Record<string, unknown>>;

/** Calls are numbered, and so are their answers. */
async function connect(url: string): Promise<Send> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", reject, { once: true });
  });
  const waiting = new Map<number, (answer: Record<string, unknown>) => void>();
  socket.addEventListener("message", ({ data }) => {
    const answer = JSON.parse(String(data));
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  let last = 0;
  return async (method, params = {}) => {
    const id = ++last;
    const answered = new Promise<Record<string, unknown>>((resolve) => waiting.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params }));
    const { error, result } = await answered;
    if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result as Record<string, unknown>;
  };
}

function buildPage(send: Send): Omit<Page, "close"> {
  const evaluate: Page["evaluate"] = async (expression) => {
    const { result, exceptionDetails } = await send("Runtime.evaluate", { expression, returnByValue: true });
    if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return (result as { value?: unknown }).value;
  };
  return {
    evaluate,
    async resize(width, height) {
      await send("Emulation.setDeviceMetricsOverride", {
        width,
        height,
        deviceScaleFactor: 1,
        mobile: false,
      });
    },
    async open(url) {
      await send("Page.navigate", { url });
    },
    async click(expression) {
      const middle = `(() => {
        const element = ${expression};
        element.scrollIntoView({ block: "nearest" });
        const { x, y, width, height } = element.getBoundingClientRect();
        return { x: x + width / 2, y: y + height / 2 };
      })()`;
      const place = (await evaluate(middle)) as { x: number; y: number };
      for (const type of ["mousePressed", "mouseReleased"]) {
        await send("Input.dispatchMouseEvent", { type, ...place, button: "left", clickCount: 1 });
      }
    },
    waitFor: (expression) => retry(expression, async () => (await evaluate(expression)) === true),
    async capture(path) {
      const { data } = await send("Page.captureScreenshot", { format: "png" });
      await writeFile(path, Buffer.from(String(data), "base64"));
    },
  };
}

async function retry(what: string, ask: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + withinMs;
  while (!(await ask())) {
    if (Date.now() > deadlineMs) throw new Error(`waited in vain for ${what}`);
    await sleepFor(100);
  }
}
