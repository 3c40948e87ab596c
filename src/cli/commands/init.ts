import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { createInterface } from "node:readline/promises";
import { localEnvironmentYaml } from "../../config/build-environment-yaml.ts";
import { buildPipelineYaml } from "../../config/build-pipeline-yaml.ts";
import { type InitTexts, initQuestions, parseInitAnswers } from "../../config/init-questions.ts";
import { exitCodes, ShardliftError } from "../../errors.ts";
import { findConfig } from "../find-config.ts";
import type { Io } from "../io.ts";

type InitFlags = { config?: string; force?: boolean } & Record<string, unknown>;

/** `shardlift init`: questions at a terminal, flags elsewhere; writes a pipeline file that `validate` accepts. */
export async function run(flags: InitFlags, io: Io): Promise<number> {
  const given = readFlags(flags);
  const texts = io.stdin.isTTY ? await ask(given, io) : given;
  const parsed = parseInitAnswers(texts);
  if ("problems" in parsed) throw buildAnswersError(parsed.problems);
  const root = findConfig({ ...flags, environment: "" }, io);
  const path = join(root, "pipelines", `${parsed.answers.name}.yaml`);
  if (existsSync(path) && !flags.force) throw buildThereError(path);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, buildPipelineYaml(parsed.answers, findSchema(root)));
  const shown = relative(io.cwd, path);
  await writeFirstEnvironment(root, io);
  io.stdout.write(
    `Wrote ${shown}\nNext: shardlift validate, then shardlift plan --pipeline ${parsed.answers.name}\n`,
  );
  return exitCodes.done;
}

/** A folder without environments has nothing to run a pipeline in. */
async function writeFirstEnvironment(root: string, io: Io): Promise<void> {
  const folder = join(root, "environments");
  if (existsSync(folder)) return;
  await mkdir(join(root, "data"), { recursive: true });
  await mkdir(folder, { recursive: true });
  const path = join(folder, "local.yaml");
  await writeFile(path, localEnvironmentYaml);
  io.stdout.write(`Wrote ${relative(io.cwd, path)}\n`);
}

/** Commander turns `--time-zone` into `timeZone`, which is the question's key. */
function readFlags(flags: InitFlags): InitTexts {
  const texts: InitTexts = {};
  for (const { key } of initQuestions) {
    const value = flags[key];
    if (typeof value === "string") texts[key] = value;
  }
  return texts;
}

/** Asks what no flag answered; a wrong answer is asked again with the reason. */
async function ask(given: InitTexts, io: Io): Promise<InitTexts> {
  const texts: InitTexts = { ...given };
  const lines = createInterface({ input: io.stdin, output: io.stdout });
  try {
    for (const question of initQuestions) {
      while (texts[question.key] === undefined) {
        const offered = question.fallback ? ` [${question.fallback}]` : "";
        const text =
          (await lines.question(`${question.text}${offered}: `)).trim() || (question.fallback ?? "");
        const parsed = question.parse(text);
        if ("value" in parsed) texts[question.key] = text;
        else io.stdout.write(`  that ${parsed.problem.failed}: ${parsed.problem.remedy}\n`);
      }
    }
  } finally {
    lines.close();
  }
  return texts;
}

/** Editors check the file where the schemas lie beside `pipelines/`. */
function findSchema(root: string): string | null {
  const places = ["schemas", "node_modules/shardlift/schemas"].map(
    (folder) => `${folder}/pipeline.schema.json`,
  );
  const found = places.find((path) => existsSync(join(root, path)));
  return found === undefined ? null : `../${found}`;
}

type Problems = Extract<ReturnType<typeof parseInitAnswers>, { problems: unknown }>["problems"];

function buildAnswersError(problems: Problems): ShardliftError {
  const lines = problems.map(
    ({ question, problem }) => `--${question.flag} ${problem.failed}: ${problem.remedy}`,
  );
  return new ShardliftError("usage", {
    failed: "These answers make no pipeline.",
    rule: "every question is answered, at a terminal or by its flag",
    received: lines.join("\n            "),
    remedy: "see shardlift init --help",
  });
}

function buildThereError(path: string): ShardliftError {
  return new ShardliftError("usage", {
    failed: "The pipeline's file is there already.",
    rule: "init writes over nothing unasked",
    received: path,
    remedy: "choose another --name, or say --force",
  });
}
