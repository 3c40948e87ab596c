import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildPipeline, createChangeWorld } from "./change-world.ts";

const tools = ["git", "curl", "jq", "xargs"];
const missing = tools.filter((tool) => spawnSync(tool, ["--version"], { stdio: "ignore" }).status !== 0);
const reason = missing.length === 0 ? "" : ` (skipped: no ${missing.join(", ")} here)`;

/** One pull request, pushed to again and again. */
describe.skipIf(missing.length > 0)(`a pull request${reason}`, () => {
  let world: Awaited<ReturnType<typeof createChangeWorld>>;
  beforeAll(async () => {
    world = await createChangeWorld();
  });
  afterAll(() => world.remove());

  async function write(comment: string) {
    expect(await world.comment(comment)).toMatchObject({ code: 0, stderr: "" });
  }

  test("that adds a pipeline is told its tables, its DAGs and what will be read", async () => {
    await world.push({ "pipelines/growth-app.yaml": buildPipeline("growth-app", "growth.app_events") });
    const { exitCode, comment, summary, log } = await world.review({ mayPlan: true });
    expect([exitCode, log]).toEqual([0, ""]);
    expect(summary).toBe(`${comment}\n`);
    expect(comment).toContain("## Shardlift: every file is right, in `prod`\n\n### `growth-app`\n");
    expect(comment).not.toContain("growth-shop");
    expect(comment).toContain("| `growth.app_events`, `…_all`, `…_days` | GA4 events |");
    expect(comment).toContain("- DAG `shardlift__growth-app`: started by hand alone");
    expect(comment).toMatch(
      /\*\*The next run\*\* looks at \S+ to \S+ and reads 4 shards: \d+ rows, [\d.]+ kB\./,
    );
    expect(comment).toMatch(/\*\*Every later day\*\* has about [\d.]+ kB \(mean of 4 daily shards\)/);

    await write(comment);
    expect(world.github.comments).toEqual([
      { id: 1000, user: { login: "github-actions[bot]" }, body: `<!-- shardlift review -->\n${comment}` },
    ]);
  });

  test("that spoils a file is told the place, and its comment is written anew", async () => {
    await world.push({
      "pipelines/growth-app.yaml": buildPipeline("growth-app", "growth.app_events", "lookbak: 3 days"),
    });
    const { exitCode, comment, log } = await world.review({ mayPlan: true });
    expect(exitCode).not.toBe(0);
    expect(log).toMatch(
      /^::error file=pipelines\/growth-app\.yaml,line=6,col=1,title=Shardlift::lookbak is not a known key%0Arule: .*%0Ato do: did you mean "lookback"\?$/m,
    );
    expect(comment).toContain("pipelines/growth-app.yaml:6:1: lookbak is not a known key\n");
    expect(comment).toContain("### `growth-app`\n\nHas problems, told above.");

    await write(comment);
    expect(world.github.comments.map(({ id, body }) => [id, body.includes("lookbak")])).toEqual([
      [1000, true],
    ]);
  });

  test("that writes to another team's schema is refused, with who could let it", async () => {
    await world.push({ "pipelines/growth-app.yaml": buildPipeline("growth-app", "finance.events") });
    const { exitCode, comment, log } = await world.review({ mayPlan: true });
    expect(exitCode).not.toBe(0);
    expect(log).toContain("file=pipelines/growth-app.yaml,line=5,col=34,");
    expect(comment).toContain(
      'rule: teams of environments/prod.yaml lets "growth@example.com" write to growth\n  received: "finance.events"',
    );
  });

  test("of a fork, whom nobody signs in, has its files checked and no plan", async () => {
    await world.push({ "pipelines/growth-app.yaml": buildPipeline("growth-app", "growth.app_events") });
    const { exitCode, comment } = await world.review({ mayPlan: false });
    expect(exitCode).toBe(0);
    expect(comment).toContain("What it would read was not looked at: nobody is signed in here.");
    expect(comment).not.toContain("next run");
  });

  test("that renames a pipeline shows both names; one whose source is not there fails, and says so", async () => {
    const elsewhere = buildPipeline("growth-app", "growth.app_events").replace("analytics_1", "analytics_9");
    await world.push({
      "pipelines/growth-app.yaml": elsewhere,
      "pipelines/growth-shop.yaml": null,
      "pipelines/growth-store.yaml": buildPipeline("growth-store", "growth.shop_events"),
    });
    const { exitCode, comment } = await world.review({ mayPlan: true });
    expect(exitCode).not.toBe(0);
    expect(comment).toContain("### `growth-shop`\n\nIs removed: its DAGs go;");
    expect(comment).toContain("- DAG `shardlift__growth-store`: started by hand alone");
    expect(comment).toContain("What it would read could not be looked at:");
    expect(comment).toContain("of the dataset analytics_9 does not exist.");
  });

  test("finds its comment behind a hundred others, and leaves people's alone", async () => {
    const people = Array.from({ length: 120 }, (_, index) => ({
      id: index + 1,
      user: { login: "someone" },
      body: "<!-- shardlift review -->\nquoted",
    }));
    world.github.comments.unshift(...people);
    await write("## anew");
    expect(world.github.comments.length).toBe(121);
    expect(world.github.comments.at(-1)?.body).toBe("<!-- shardlift review -->\n## anew");
    expect(people.every(({ body }) => body.endsWith("quoted"))).toBe(true);
  });

  test("whose text is hostile is passed on as text", async () => {
    const text = `\`\`\`\n"$(touch owned)" ' \\n @everyone ${"€".repeat(70_000 / 3)}`;
    await write(text);
    const body = world.github.comments.at(-1)!.body;
    expect(body).toBe(`<!-- shardlift review -->\n${text}`);
  });

  test("fails where GitHub refuses", async () => {
    world.github.comments.length = 0;
    const before = world.github.requests.length;
    const { url } = world.github;
    world.github.url = `${url}/elsewhere`;
    const ended = await world.comment("anything");
    world.github.url = url;
    expect(ended.code).not.toBe(0);
    expect(world.github.requests.slice(before)).toEqual([
      "GET /elsewhere/repos/example/data/issues/7/comments?per_page=100&page=1",
    ]);
  });
});
