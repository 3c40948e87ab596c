import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { openBrowser } from "../../../scripts/docs-screenshots/open-browser.ts";

const program = process.env.CHROMIUM ?? "chromium";
const missing =
  spawnSync(program, ["--version"]).status === 0 ? "" : " (skipped: no Chromium, which only pictures need)";

const page = `<body><p>before</p><button style="width: 100px" onclick="document.querySelector('p').innerText = 'after'">Go</button></body>`;

describe.skipIf(missing !== "")(`a headless browser${missing}`, () => {
  test("opens a page, clicks in it, and captures it in the size that was asked for", async () => {
    const folder = await mkdtemp(join(tmpdir(), "shardlift-pictures-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const browser = await openBrowser(program);
    onTestFinished(() => browser.close());
    await browser.resize(320, 240);
    await browser.open(`data:text/html,${encodeURIComponent(page)}`);
    await browser.waitFor(`document.querySelector("p")?.innerText === "before"`);
    await browser.click(`document.querySelector("button")`);
    await browser.waitFor(`document.querySelector("p").innerText === "after"`);
    await browser.capture(join(folder, "page.png"));
    const png = await readFile(join(folder, "page.png"));
    expect([png.toString("latin1", 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([
      "PNG",
      320,
      240,
    ]);
  });

  test("tells what is wrong in the page instead of waiting for it", async () => {
    const browser = await openBrowser(program);
    onTestFinished(() => browser.close());
    await expect(browser.evaluate("nobody.knows")).rejects.toThrow("nobody is not defined");
  });

  test("leaves nothing behind", async () => {
    const folder = await mkdtemp(join(tmpdir(), "shardlift-pictures-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    vi.stubEnv("TMPDIR", folder);
    onTestFinished(() => void vi.unstubAllEnvs());
    const browser = await openBrowser(program);
    expect(await readdir(folder)).toContainEqual(expect.stringMatching(/^shardlift-browser-/));
    await browser.close();
    expect((await readdir(folder)).filter((name) => name.startsWith("shardlift-"))).toEqual([]);
  });
});

test("a browser that is not there is told by its name", async () => {
  await expect(openBrowser("no-such-browser")).rejects.toThrow("no-such-browser");
});
