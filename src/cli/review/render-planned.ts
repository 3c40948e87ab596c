import type { Environment, Pipeline } from "../../config/types.ts";
import { buildForecast, estimateCost, type Forecast } from "../../plan/forecast.ts";
import { formatBytes, formatCount, formatPlural } from "../../plan/format.ts";
import { renderExceeds } from "../../plan/render-plan.ts";
import { hasExtract } from "../../plan/totals.ts";
import type { DayPlan, Plan } from "../../plan/types.ts";
import { renderCode, renderMarkdownTable } from "./markdown.ts";

/** Lines of days; a window is ten days of some families, mostly. */
const maxDays = 40;

/** What the next run reads, what every later day and the history come to, and what is billed for it. */
export function renderPlanned(plan: Plan, { property }: Pipeline, environment: Environment | null): string {
  const forecast = buildForecast(plan, property.start);
  const parts = [
    renderNext(plan, environment),
    ...renderWarnings(plan),
    ...renderLater(forecast, environment),
    ...renderHistory(forecast, environment),
    renderDays(plan),
  ];
  return parts.join("\n\n");
}

function renderNext(plan: Plan, environment: Environment | null): string {
  const reads = plan.days.filter(hasExtract);
  const range = plan.range === null ? "no day" : `${plan.range.first} to ${plan.range.last}`;
  if (reads.length === 0) return `**The next run** looks at ${range} and reads nothing.`;
  const atLeast = reads.some(({ rows }) => rows === null) ? "at least " : "";
  const { rows, bytes } = plan.totals;
  return `**The next run** looks at ${range} and reads ${formatPlural(reads.length, "shard")}: ${atLeast}${formatCount(rows)} rows, ${formatBytes(bytes)}${renderCost(bytes, environment)}.`;
}

function renderWarnings(plan: Plan): string[] {
  const isOutdated = plan.days.some(({ actions }) =>
    actions.some((action) => action.action === "extract" && action.cause === "outdated"),
  );
  return [
    ...(plan.exceeds ? [`**It will stop**: ${renderExceeds(plan).trim()}`] : []),
    ...(isOutdated
      ? [
          "**The row rules change**: older days keep their rows until `backfill --outdated` extracts them again.",
        ]
      : []),
  ];
}

function renderLater({ dayBytes, shards }: Forecast, environment: Environment | null): string[] {
  if (dayBytes === null) return ["**Later days**: no daily shard is there yet to tell their size by."];
  const month = `${formatBytes(dayBytes * 30)} in 30 days${renderCost(dayBytes * 30, environment)}`;
  const seen = `mean of ${formatPlural(shards, "daily shard")}`;
  return [
    `**Every later day** has about ${formatBytes(dayBytes)} (${seen}): ${month}. A day that Google restates is read again, one that did not change is not.`,
  ];
}

function renderHistory({ dayBytes, earlierDays }: Forecast, environment: Environment | null): string[] {
  if (earlierDays === 0) return [];
  const count = earlierDays === null ? "days" : formatPlural(earlierDays, "day");
  const size =
    dayBytes === null || earlierDays === null
      ? ""
      : ` (about ${formatBytes(dayBytes * earlierDays)}${renderCost(dayBytes * earlierDays, environment)}, if they are as large)`;
  return [
    `**The ${count} before** are read by no schedule${size}: start ${renderCode("shardlift__backfill")} for them.`,
  ];
}

/** Only what is billed by bytes; empty where nothing is. */
function renderCost(bytes: number, environment: Environment | null): string {
  if (environment === null || bytes === 0) return "";
  const { outBytes, glueUsd } = estimateCost(bytes, environment);
  const parts = [
    ...(outBytes === null ? [] : [`about ${formatBytes(outBytes)} leave Google`]),
    ...(glueUsd === null ? [] : [`about ${formatDollars(glueUsd)} of Glue`]),
  ];
  return parts.length === 0 ? "" : `; ${parts.join(", ")}`;
}

function formatDollars(usd: number): string {
  return usd < 0.01 ? "0.01 USD" : `${usd < 100 ? usd.toFixed(2) : formatCount(Math.round(usd))} USD`;
}

function renderDays({ days }: Plan): string {
  const shown = days.filter(({ actions }) => actions[0]?.action !== "none").slice(0, maxDays);
  const more = days.length - shown.length;
  const rest = more > 0 ? `\n\n${formatPlural(more, "further day")} without a line here.` : "";
  if (shown.length === 0) return "No day has anything to do.";
  const table = renderMarkdownTable(
    ["day", "family", "state", "does", "rows", "size", "why"],
    shown.map(renderDay),
  );
  return `<details><summary>Day by day</summary>\n\n${table}${rest}\n\n</details>`;
}

function renderDay({ day, family, state, actions, rows, bytes }: DayPlan): string[] {
  const [first] = actions;
  return [
    day,
    family.family,
    state,
    actions.map(({ action }) => action).join(" → "),
    rows === null ? "" : formatCount(rows),
    bytes === 0 ? "" : formatBytes(bytes),
    first === undefined ? "" : renderCode(first.reason),
  ];
}
