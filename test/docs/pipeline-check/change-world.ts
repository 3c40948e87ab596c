import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "../../package/run-program.ts";
import { command } from "../../support/command.ts";
import { startGithubReceiver } from "./github-receiver.ts";
import { type Expressions, evaluate, findStep, workflow } from "./read-workflow.ts";

const program = fileURLToPath(new URL("../../../bin/shardlift.mjs", import.meta.url));
const token = "token-of-one-run";
const mayPlan = workflow.jobs.review.steps.find(({ id }) => id === "review")!.env!.MAY_PLAN!.slice(4, -3);

const start = {
  "environments/prod.yaml": `source: { type: files, root: ./source }
lake: { type: folder, root: ./lake }
engine: { type: duckdb, memory: 500 MB, threads: 1 }
warehouse: { type: duckdb, path: ./prod.duckdb }
teams:
  - { owner: growth@example.com, schemas: [growth] }
`,
  "pipelines/growth-shop.yaml": buildPipeline("growth-shop", "growth.shop_events"),
};

export function buildPipeline(name: string, table: string, ...more: string[]): string {
  return `name: ${name}
owner: growth@example.com
property: { dataset: analytics_1, time_zone: Europe/Berlin }
families:
  - { family: ga4_events, table: ${table} }
${more.map((line) => `${line}\n`).join("")}`;
}

export interface Reviewed {
  exitCode: number | null;
  /** What annotates the change. */
  log: string;
  summary: string;
  comment: string;
}

/** A repository of configuration as the workflow finds it: its scripts run as they stand, GitHub is a receiver. */
export async function createChangeWorld() {
  const folder = await mkdtemp(join(tmpdir(), "shardlift-change-"));
  const github = await startGithubReceiver(token);
  const git = (...args: string[]) => mustGit(folder, args);
  const write = async (files: Record<string, string | null>) => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await (text === null ? rm(join(folder, path)) : writeFile(join(folder, path), text));
    }
  };
  await git("init", "--quiet", "--initial-branch", "main");
  await write({ ".gitignore": "node_modules\nsource\nrunner\n", ...start });
  await mkdir(join(folder, "node_modules/.bin"), { recursive: true });
  await symlink(program, join(folder, "node_modules/.bin/shardlift"));
  await generate(folder);
  await git("add", ".");
  await git("commit", "--quiet", "--message", "start");
  await git("checkout", "--quiet", "-b", "change");
  return {
    github,
    /** Commits a change and merges it as GitHub does before it runs the workflow. */
    async push(files: Record<string, string | null>) {
      await git("checkout", "--quiet", "change");
      await write(files);
      await git("add", "--all", ".");
      await git("commit", "--quiet", "--message", "change");
      await git("checkout", "--quiet", "--detach", "main");
      await git("merge", "--quiet", "--no-ff", "--message", "merge", "change");
    },
    review: (values: { mayPlan: boolean }) => runReview(folder, values),
    comment: (text: string) => runComment(folder, github.url, text),
    async remove() {
      await github.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function mustGit(cwd: string, args: readonly string[]): Promise<void> {
  const who = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
  const env = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const ended = await runProgram("git", [...who, ...args], { cwd, env });
  if (ended.code !== 0) throw new Error(`git ${args.join(" ")}: ${ended.stderr}`);
}

/** Four days up to yesterday by the real clock, which the workflow has no word to set. */
async function generate(folder: string): Promise<void> {
  const at = (daysAgo: number) => new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);
  const args = ["generate", "--days", `${at(5)}..${at(2)}`, "--rows", "40", "--dataset", "analytics_1"];
  const said = await command({ folder }, [...args, "--to", join(folder, "source")]);
  if (said.exitCode !== 0) throw new Error(said.stderr);
}

async function runReview(folder: string, values: { mayPlan: boolean }): Promise<Reviewed> {
  const step = findStep(workflow.jobs.review, "Review");
  const ended = await runStep(folder, step, {
    "vars.SHARDLIFT_ENVIRONMENT || 'prod'": "prod",
    [mayPlan]: String(values.mayPlan),
  });
  const output = await readFile(join(folder, "runner/output"), "utf8");
  const [, end = ""] = /^comment<<(.+)\n/.exec(output) ?? [];
  return {
    exitCode: ended.code,
    log: ended.stderr,
    summary: await readFile(join(folder, "runner/summary"), "utf8"),
    comment: output.slice(`comment<<${end}\n`.length, output.indexOf(`\n${end}\n`)),
  };
}

async function runComment(folder: string, url: string, text: string) {
  const step = findStep(workflow.jobs.comment, "Write the comment, or write it anew");
  const values = {
    "needs.review.outputs.comment": text,
    "github.token": token,
    "github.event.pull_request.number": "7",
  };
  return runStep(folder, step, values, { GITHUB_API_URL: url, GITHUB_REPOSITORY: "example/data" });
}

/** As a runner does it: the script in a file, its variables, fresh files for output and summary. */
async function runStep(
  folder: string,
  { run, env = {} }: { run: string; env?: Record<string, string> },
  values: Expressions,
  more: Record<string, string> = {},
) {
  const runner = join(folder, "runner");
  await rm(runner, { recursive: true, force: true });
  await mkdir(runner);
  for (const name of ["output", "summary"]) await writeFile(join(runner, name), "");
  const script = join(runner, "step.sh");
  await writeFile(script, run);
  const variables = Object.entries(env).map(([key, text]) => [key, evaluate(text, values)] as const);
  return runProgram("bash", ["--noprofile", "--norc", "-eo", "pipefail", script], {
    cwd: folder,
    env: {
      ...Object.fromEntries(variables),
      ...more,
      GITHUB_OUTPUT: join(runner, "output"),
      GITHUB_STEP_SUMMARY: join(runner, "summary"),
    },
  });
}
