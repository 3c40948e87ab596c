import type { CallCommand } from "../call-command.ts";
import type { Io } from "../io.ts";
import { createPaint } from "../paint.ts";

/** What a user would ask next; each is run, so that none of them can be wrong. */
const queries = [
  {
    asks: "Which days are there, and where did their rows come from?",
    sql: "select * exclude (generation) from analytics.web_shop_events_days order by day",
  },
  {
    asks: "Parameters are JSON objects:",
    sql: "select event_params->>'page_location' as page, count(*) as views from analytics.web_shop_events_all where event_name = 'page_view' group by 1 order by 2 desc limit 3",
  },
  {
    asks: "Hot and cold days in one table:",
    sql: "select _day, _shard_kind, count(*) as events from analytics.puzzle_app_events_all group by all order by 1 limit 5",
  },
] as const;

interface ShowInput {
  io: Io;
  folder: string;
  call: CallCommand;
  /** The demo's own time, so that what is shown next looks like what was shown. */
  now: string;
}

/** Shows the questions with their answers, and how to ask one's own. */
export async function showQueries({ io, folder, call, now }: ShowInput): Promise<void> {
  const paint = createPaint(io.stdout, io.env);
  for (const { asks, sql } of queries) {
    io.stdout.write(`\n${asks}\n${paint("strong", `$ npx shardlift query --environment demo "${sql}"`)}\n`);
    await call(["query", "--environment", "demo", "--config", folder, sql]);
  }
  const more = [
    "npx shardlift query --environment demo",
    `npx shardlift status --environment demo --pipeline web-shop --now ${now}`,
  ];
  io.stdout.write(`\nYour turn:\n${more.map((command) => `  $ ${command}`).join("\n")}\n`);
}
