import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Issue } from "../../src/config/issue.ts";
import { readEnvironment } from "../../src/config/read-environments.ts";
import { readPipeline, readPipelines } from "../../src/config/read-pipelines.ts";
import { makeConfigFolder, namedPipeline } from "./config-folder.ts";
import { environmentText } from "./texts.ts";

/** `file:line failed`, with the fresh folder's name taken out. */
function shorten(root: string, issues: readonly Issue[]): string[] {
  return issues.map(({ file, line, failed }) => `${file}:${line} ${failed}`.replaceAll(`${root}/`, ""));
}

describe("reading all pipelines", () => {
  test("gives those that are right, by name, and the issues of the others", async () => {
    const root = await makeConfigFolder({
      "pipelines/web.yaml": namedPipeline("web", "a.web"),
      "pipelines/app.yaml": namedPipeline("app", "a.app"),
      "pipelines/bad.yaml": namedPipeline("bad", "a.bad", "lookback: soon"),
      "pipelines/README.md": "not read",
      "pipelines/.hidden.yaml": "not: read",
    });
    const { pipelines, issues } = await readPipelines(root, null);
    expect(pipelines.map(({ name, file }) => [name, file])).toEqual([
      ["app", join(root, "pipelines/app.yaml")],
      ["web", join(root, "pipelines/web.yaml")],
    ]);
    expect(shorten(root, issues)).toEqual(["pipelines/bad.yaml:6 lookback is not a length of time"]);
  });

  test("refuses one table in two pipelines, whatever its case, and names the other place", async () => {
    const root = await makeConfigFolder({
      "pipelines/app.yaml": namedPipeline("app", "analytics.events"),
      "pipelines/web.yaml": namedPipeline("web", "Analytics.EVENTS"),
    });
    const { pipelines, issues } = await readPipelines(root, null);
    expect(pipelines.map(({ name }) => name)).toEqual(["app"]);
    expect(issues).toEqual([
      {
        file: join(root, "pipelines/web.yaml"),
        line: 5,
        column: 34,
        failed: `families[0].table is also the table in ${join(root, "pipelines/app.yaml")}:5`,
        rule: "each table belongs to one pipeline; names that differ by case only are the same table",
        received: '"Analytics.EVENTS"',
        remedy: "choose another table name",
      },
    ]);
  });

  test("sees shared tables also of pipelines that have other problems", async () => {
    const root = await makeConfigFolder({
      "pipelines/app.yaml": namedPipeline("app", "a.b", "lookback: soon"),
      "pipelines/web.yaml": namedPipeline("web", "a.b", "lookbak: 1 day"),
    });
    expect(shorten(root, (await readPipelines(root, null)).issues)).toEqual([
      "pipelines/app.yaml:6 lookback is not a length of time",
      "pipelines/web.yaml:6 lookbak is not a known key",
      "pipelines/web.yaml:5 families[0].table is also the table in pipelines/app.yaml:5",
    ]);
  });

  test("refuses tables that would be another pipeline's sister tables", async () => {
    const root = await makeConfigFolder({
      "pipelines/app.yaml": namedPipeline("app", "a.events"),
      "pipelines/web.yaml": namedPipeline("web", "A.Events_All"),
    });
    expect(shorten(root, (await readPipelines(root, null)).issues)).toEqual([
      "pipelines/web.yaml:5 families[0].table ends in _all",
    ]);
  });

  test("refuses one name in two files", async () => {
    const root = await makeConfigFolder({
      "pipelines/a.yaml": namedPipeline("b", "a.one"),
      "pipelines/b.yaml": namedPipeline("b", "a.two"),
    });
    expect(shorten(root, (await readPipelines(root, null)).issues)).toEqual([
      "pipelines/a.yaml:1 name is not the file's name",
      "pipelines/b.yaml:1 name is also the name in pipelines/a.yaml:1",
    ]);
  });

  test("tells files that would be missed by their ending, and files that cannot be read", async () => {
    const root = await makeConfigFolder({
      "pipelines/a.yml": namedPipeline("a", "a.a"),
      "pipelines/b.YAML": namedPipeline("b", "a.b"),
      "pipelines/latin.yaml": Buffer.from("name: Gr\xf6\xdfe\n", "latin1"),
      "pipelines/large.yaml": " ".repeat(1_000_001),
      "pipelines/empty.yaml": "",
    });
    await mkdir(join(root, "pipelines/folder.yaml"));
    const { issues } = await readPipelines(root, null);
    expect(shorten(root, issues).toSorted()).toEqual([
      "pipelines/a.yml:null the file would not be read",
      "pipelines/b.YAML:null the file would not be read",
      "pipelines/empty.yaml:1 the file is empty",
      "pipelines/folder.yaml:null the file cannot be read",
      "pipelines/large.yaml:null the file cannot be read",
      "pipelines/latin.yaml:null the file cannot be read",
    ]);
    expect(issues.find(({ file }) => file.endsWith("latin.yaml"))?.received).toBe("bytes that are not UTF-8");
  });

  test("says which folder is missing", async () => {
    const root = await makeConfigFolder({});
    expect((await readPipelines(root, null)).issues).toEqual([
      {
        file: join(root, "pipelines"),
        line: null,
        column: null,
        failed: "there is no readable folder pipelines",
        rule: "the configuration's folder holds pipelines/ and environments/",
        received: "ENOENT",
        remedy: "set SHARDLIFT_CONFIG to the folder that holds them, or run `shardlift init`",
      },
    ]);
  });
});

describe("reading one pipeline", () => {
  test("does not mind what is wrong with others", async () => {
    const root = await makeConfigFolder({
      "pipelines/web.yaml": namedPipeline("web", "a.web"),
      "pipelines/bad.yaml": "{",
      "pipelines/odd.yml": "",
    });
    const { pipeline, issues } = await readPipeline(root, "web", null);
    expect([pipeline?.name, issues]).toEqual(["web", []]);
  });

  test("minds a table that any other has, earlier or later by name", async () => {
    const root = await makeConfigFolder({
      "pipelines/app.yaml": namedPipeline("app", "a.b"),
      "pipelines/web.yaml": namedPipeline("web", "a.b"),
    });
    for (const [name, other] of [
      ["app", "web"],
      ["web", "app"],
    ] as const) {
      const { pipeline, issues } = await readPipeline(root, name, null);
      expect(pipeline).toBeNull();
      expect(shorten(root, issues)).toEqual([
        `pipelines/${name}.yaml:5 families[0].table is also the table in pipelines/${other}.yaml:5`,
      ]);
    }
  });

  test("says which there are where there is none of this name", async () => {
    const root = await makeConfigFolder({
      "pipelines/web-shop.yaml": namedPipeline("web-shop", "a.b"),
      "secret.yaml": "outside",
    });
    expect((await readPipeline(root, "webshop", null)).issues).toEqual([
      {
        file: join(root, "pipelines"),
        line: null,
        column: null,
        failed: "there is no such pipeline",
        rule: "a pipeline is a file pipelines/<name>.yaml",
        received: '"webshop"',
        remedy: 'did you mean "web-shop"? there are: web-shop',
      },
    ]);
    expect((await readPipeline(root, "../secret", null)).issues).toHaveLength(1);
  });

  test("tells a missing folder as such", async () => {
    const { issues } = await readPipeline(await makeConfigFolder({}), "web", null);
    expect(issues.map(({ failed }) => failed)).toEqual(["there is no readable folder pipelines"]);
  });
});

describe("a pipeline that hashes", () => {
  const files = {
    "pipelines/web.yaml": namedPipeline("web", "a.b", "columns: { hash: [user_id] }"),
    "environments/with.yaml": environmentText("secrets: { hash_key: env:KEY }"),
    "environments/without.yaml": environmentText(),
  };

  test("needs an environment that names the key", async () => {
    const root = await makeConfigFolder(files);
    const { environment } = await readEnvironment(root, "without");
    const { pipeline, issues } = await readPipeline(root, "web", environment);
    const file = join(root, "environments/without.yaml");
    expect(pipeline).toBeNull();
    expect(issues).toEqual([
      {
        file: join(root, "pipelines/web.yaml"),
        line: 6,
        column: 12,
        failed: "columns.hash needs a key that the environment does not name",
        rule: "columns.hash takes its key from `secrets.hash_key` of the environment",
        received: `${file} without secrets.hash_key`,
        remedy: `add to ${file}: secrets: { hash_key: env:SHARDLIFT_HASH_KEY }`,
      },
    ]);
    expect((await readPipelines(root, environment)).issues).toEqual(issues);
  });

  test("is told to keep it where Glue reaches it, in words that are right as they stand", async () => {
    const glue = [
      "source: { type: files, root: s3://shop-exports/, region: eu-west-1 }",
      "lake: { type: s3, bucket: shop-lake, region: eu-west-1 }",
      "engine: { type: glue, job: lift, role: arn:aws-us-gov:iam::210987654321:role/lift }",
      "warehouse: { type: none }",
    ].join("\n");
    const root = await makeConfigFolder({ ...files, "environments/glue.yaml": glue });
    const { environment } = await readEnvironment(root, "glue");
    const [issue] = (await readPipeline(root, "web", environment)).issues;
    const [, added] = issue!.remedy.split("glue.yaml: ");
    const secret = "arn:aws-us-gov:secretsmanager:eu-west-1:210987654321:secret:shardlift/hash-key-AbCdEf";
    expect(added).toBe(`secrets: { hash_key: aws-secret:${secret} }`);
    await writeFile(join(root, "environments/glue.yaml"), `${glue}\n${added}\n`);
    const mended = await readEnvironment(root, "glue");
    expect([...mended.issues, ...(await readPipeline(root, "web", mended.environment)).issues]).toEqual([]);
  });

  test("is right with one that does, and by itself", async () => {
    const root = await makeConfigFolder(files);
    const { environment } = await readEnvironment(root, "with");
    expect((await readPipeline(root, "web", environment)).issues).toEqual([]);
    expect((await readPipeline(root, "web", null)).issues).toEqual([]);
  });
});

test("a schema named like the warehouse's file is refused: DuckDB could not tell them apart", async () => {
  const root = await makeConfigFolder({
    "pipelines/web.yaml": namedPipeline("web", "Warehouse.events"),
    "environments/local.yaml": environmentText(),
  });
  const { environment } = await readEnvironment(root, "local");
  const { issues } = await readPipeline(root, "web", environment);
  expect(shorten(root, issues)).toEqual([
    "pipelines/web.yaml:5 families[0].table has the schema that the warehouse's file is named after",
  ]);
});
