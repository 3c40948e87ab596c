import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleepFor } from "node:timers/promises";
import type { Airflow } from "../demo-airflow/start-airflow.ts";
import type { Page } from "./open-browser.ts";

/** Airflow draws in steps, and moves what it draws. */
const settleMs = 2_500;

const width = 1280;

/** How much of the page the grid takes; Airflow keeps it in the browser. */
const panels = JSON.stringify({ "details-panel,main-panel": { expandToSizes: {}, layout: [42, 58] } });

/** Pictures of a demo that has been played: grid, graph, form, and a backfill's batches. @returns their files */
export async function takePictures(page: Page, { api, origin }: Airflow, folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  const capture = async (name: string) => {
    await sleepFor(settleMs);
    files.push(join(folder, `${name}.png`));
    await page.capture(files.at(-1)!);
  };
  const shop = `${origin}/dags/shardlift__web-shop`;
  const backfill = `${origin}/dags/shardlift__backfill`;

  await page.resize(width, 640);
  await page.open(origin);
  await showText(page, "Dags");
  await page.evaluate(`localStorage.setItem("react-resizable-panels:grid-ltr", ${JSON.stringify(panels)})`);
  await page.open(shop);
  await showText(page, "reconcile");
  await capture("airflow-grid");

  const [first] = await api.listRuns("shardlift__web-shop");
  await page.open(`${shop}/runs/${encodeURIComponent(first!.id)}`);
  await showText(page, "reconcile");
  await page.click(`document.querySelector('[aria-label^="Show Graph"]')`);
  await capture("airflow-graph");

  const [run] = await api.listRuns("shardlift__backfill");
  await page.open(`${backfill}/runs/${encodeURIComponent(run!.id)}/tasks/batch/mapped`);
  await showText(page, "2026-11-06..2026-11-09");
  await capture("airflow-batches");

  await page.resize(width, 1100);
  await page.open(backfill);
  await showText(page, "Trigger");
  await fillForm(page);
  await capture("airflow-form");
  return files;
}

function showText(page: Page, text: string): Promise<void> {
  return page.waitFor(`document.body?.innerText.includes(${JSON.stringify(text)}) === true`);
}

async function fillForm(page: Page): Promise<void> {
  await page.click(`document.querySelector('[aria-label="Trigger Dag"]')`);
  await showText(page, "Which batches come first");
  await page.click(
    `[...document.querySelectorAll("*")].find((one) => one.children.length === 0 && one.innerText === "Select Value")`,
  );
  await page.waitFor(`document.querySelector('[role="option"]') !== null`);
  await page.click(
    `[...document.querySelectorAll('[role="option"]')].find((one) => one.innerText === "puzzle-app")`,
  );
  for (const [index, day] of ["2026-10-29", "2026-11-09"].entries()) {
    await page.evaluate(renderSetDay(index, day));
  }
}

/** As if a person had picked it: React listens to the event and reads the value by its own setter. */
function renderSetDay(index: number, day: string): string {
  return `(() => {
    const field = document.querySelectorAll('input[type="date"]')[${index}];
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, "${day}");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  })()`;
}
