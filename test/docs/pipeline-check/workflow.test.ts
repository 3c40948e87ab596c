import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Job, workflow, workflowText } from "./read-workflow.ts";

const jobs: Job[] = Object.values(workflow.jobs);
const steps = jobs.flatMap((job) => job.steps);

describe("the workflow for pull requests", () => {
  test("runs for every pull request and nothing else, where forks get neither role nor secrets", () => {
    expect(workflow.on).toEqual({ pull_request: null });
    expect(workflowText).not.toMatch(/secrets\./);
  });

  test("gives each job what it needs and no more", () => {
    expect(workflow.permissions).toEqual({});
    expect(workflow.jobs.review.permissions).toEqual({ contents: "read", "id-token": "write" });
    expect(workflow.jobs.comment.permissions).toEqual({ "pull-requests": "write" });
  });

  test("lets no code of the change run where a token may write", () => {
    expect(workflow.jobs.comment.steps.flatMap(({ uses }) => uses ?? [])).toEqual([]);
    expect(workflow.jobs.comment.steps.map(({ run }) => run).join()).not.toMatch(/\b(npm|npx|node|git)\b/);
    const [checkout] = workflow.jobs.review.steps;
    expect(checkout?.with).toEqual({ "fetch-depth": 2, "persist-credentials": false });
  });

  test("pins every action by its commit and says which release that is", () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used).toHaveLength(3);
    for (const action of used) {
      expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      expect(workflowText).toMatch(new RegExp(`${action} # v\\d+\\.\\d+\\.\\d+\\n`));
    }
  });

  test("pastes no expression into a script: values come as variables", () => {
    const scripts = steps.flatMap(({ run }) => run ?? []);
    expect(scripts).toHaveLength(3);
    for (const script of scripts) expect(script).not.toContain("${{");
  });

  test("signs in and writes for branches of the repository alone", () => {
    const own = "github.event.pull_request.head.repo.full_name == github.repository";
    const signIn = workflow.jobs.review.steps.find(({ uses }) => uses?.startsWith("aws-actions/"));
    expect(signIn?.if).toContain(own);
    expect(workflow.jobs.comment.if).toContain(own);
    expect(workflow.jobs.review.steps.find(({ id }) => id === "review")?.env?.MAY_PLAN).toContain(own);
  });

  test("ends by itself", () => {
    expect(jobs.map((job) => job["timeout-minutes"])).toEqual([15, 5]);
  });
});

test("the example of code owners names who keeps environments and workflows last", () => {
  const url = new URL("../../../docs/workflows/CODEOWNERS", import.meta.url);
  const lines = readFileSync(fileURLToPath(url), "utf8").split("\n");
  const rules = lines.filter((line) => /^[^#\s]/.test(line)).map((line) => line.split(/\s+/));
  expect(rules[0]).toEqual(["*", "@example/data-platform"]);
  expect(rules.slice(-2)).toEqual([
    ["/environments/", "@example/data-platform"],
    ["/.github/", "@example/data-platform"],
  ]);
});
