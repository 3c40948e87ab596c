/**
 * Takes the pictures of docs/airflow.md from a real Airflow that has just played `npm run demo:airflow`, by a
 * headless Chromium.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { playDemo } from "./demo-airflow/play-demo.ts";
import { runOnStage } from "./demo-airflow/run-on-stage.ts";
import { openBrowser } from "./docs-screenshots/open-browser.ts";
import { takePictures } from "./docs-screenshots/take-pictures.ts";
import { parseOptions } from "./parse-options.ts";

parseOptions("usage: npm run docs:screenshots   (CHROMIUM names the browser)", {});

const names = ["chromium", "chromium-browser", "google-chrome"];
const program = process.env.CHROMIUM ?? names.find((name) => spawnSync(name, ["--version"]).status === 0);

if (program === undefined) {
  console.error(`docs:screenshots cannot run here: none of ${names.join(", ")} is there`);
  process.exitCode = 64;
} else {
  process.exitCode = await runOnStage("3", async (stage) => {
    const exitCode = await playDemo(stage);
    if (exitCode !== 0) return exitCode;
    const page = await openBrowser(program);
    try {
      const files = await takePictures(page, stage.airflow, join("docs", "images"));
      console.log(`\nwrote ${files.join(", ")}`);
      return 0;
    } finally {
      await page.close();
    }
  });
}
