/**
 * Asks a real Snowflake account what is only assumed of it: in a schema and a lake folder that it makes and takes away.
 * Prints per question what is assumed, what was seen, and whether they are equal; the last line is `N questions, N differ`.
 */
import { randomBytes } from "node:crypto";
import { createClock } from "../src/cli/clock.ts";
import { reportFailure } from "../src/cli/fail.ts";
import { findConfig } from "../src/cli/find-config.ts";
import { type Io, processIo } from "../src/cli/io.ts";
import { loadEnvironment } from "../src/cli/open-pipeline.ts";
import { listenForSignals } from "../src/cli/signals.ts";
import { buildPorts, buildSnowflakeOptions } from "../src/cli/wiring.ts";
import { ShardliftError } from "../src/errors.ts";
import { parseOptions } from "./parse-options.ts";
import { copyQuestions } from "./verify-snowflake/ask-copy.ts";
import { inventoryQuestions } from "./verify-snowflake/ask-inventory.ts";
import { sessionQuestions } from "./verify-snowflake/ask-sessions.ts";
import { transactionQuestions } from "./verify-snowflake/ask-transactions.ts";
import { withBench } from "./verify-snowflake/bench.ts";
import { askAll, renderAnswer } from "./verify-snowflake/question.ts";

const questions = [...sessionQuestions, ...copyQuestions, ...transactionQuestions, ...inventoryQuestions];

const io = processIo();
const signals = listenForSignals();
const exitCode = await run(io).catch((error: unknown) => reportFailure(error, io));
signals.stop();
// What the driver was asked and nobody waits for any more would keep the process alive, repeating itself.
process.exit(exitCode);

/** @returns 1 where an answer is another than what is assumed */
async function run({ stdout, stderr }: Io): Promise<number> {
  const { environment: name, config } = readFlags();
  const environment = await loadEnvironment({ environment: name, config });
  const { warehouse } = environment;
  if (warehouse.type !== "snowflake") {
    throw new ShardliftError("usage", {
      failed: "There is nothing to verify in this environment.",
      rule: "verify:snowflake is for a warehouse of type snowflake",
      received: `${environment.file}: warehouse of type ${warehouse.type}`,
      remedy: "name another environment: --environment prod",
    });
  }
  const input = { clock: createClock(null), signal: signals.signal, env: io.env, tag: { task: "verify" } };
  // Files are taken away after a signal too: the lake hears none.
  const { ports, close } = await buildPorts({ ...input, signal: new AbortController().signal, environment });
  const options = buildSnowflakeOptions(input, warehouse);
  const onNote = (text: string) => void stderr.write(`${text}\n`);
  let [asked, different] = [0, 0];
  try {
    const id = randomBytes(6).toString("hex");
    await withBench({ options, store: ports.store, id, onNote }, async (bench) => {
      for await (const answer of askAll(bench, questions)) {
        stdout.write(`${renderAnswer(answer)}\n`);
        asked += 1;
        different += answer.equal ? 0 : 1;
      }
    });
  } finally {
    await close();
  }
  stdout.write(`${asked} questions, ${different} differ\n`);
  return different === 0 ? 0 : 1;
}

function readFlags(): { environment: string; config: string } {
  const usage = "usage: npm run verify:snowflake -- [--environment NAME] [--config FOLDER]";
  const values = parseOptions(usage, {
    environment: { type: "string", default: "prod" },
    config: { type: "string" },
  });
  const { environment } = values;
  const named = values.config === undefined ? {} : { config: values.config };
  return { environment, config: findConfig({ environment, ...named }, io) };
}
