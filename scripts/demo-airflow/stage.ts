import type { Evenings } from "./build-evenings.ts";
import type { DemoSite } from "./demo-site.ts";
import type { AlertReceiver, Message } from "./receive-alerts.ts";
import type { Airflow } from "./start-airflow.ts";

/** Everything that the story is played on. */
export interface Stage {
  airflow: Airflow;
  site: DemoSite;
  world: Evenings;
  alerts: AlertReceiver;
  /** Cron's words of the next firing: each evening has one that is past and was not fired yet. */
  nextSchedule(): string;
  signal: AbortSignal;
}

export const shopDag = "shardlift__web-shop";
export const appDag = "shardlift__puzzle-app";
export const pipelineDags = [shopDag, appDag];
export const backfillDag = "shardlift__backfill";
/** Somebody else's, which starts when the shop's hot table has got days. */
export const followerDag = "follow_web_shop";

export function say(text: string): void {
  console.log(`\n${text}`);
}

/** @throws where something is not as the story has it */
export function insist(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`the demo is not as it should be: ${what}`);
}

/** A message that people got; its link must lead to this Airflow. */
export function tellMessage({ airflow }: Stage, { title, text }: Message): void {
  console.log(`  told by webhook: ${title}`);
  for (const line of text.split("\n").slice(1)) console.log(`    ${line}`);
  insist(text.includes(`log: ${airflow.origin}/`), "a message should lead to the task's log");
}

const minuteMs = 60_000;

/**
 * Daily schedules whose firing of today was some minutes ago, each a minute after the one before. A scheduler that has
 * not run one yet does so at once; real evenings it would have to wait for.
 * @param minutes how far back the first one lies
 */
export function createSchedules(nowMs: number, minutes: number): () => string {
  let atMs = nowMs - minutes * minuteMs;
  return () => {
    const at = new Date(atMs);
    atMs += minuteMs;
    return `${at.getUTCMinutes()} ${at.getUTCHours()} * * *`;
  };
}
