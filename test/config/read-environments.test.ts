import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findConfigRoot } from "../../src/config/find-config-root.ts";
import { readEnvironment, readEnvironments } from "../../src/config/read-environments.ts";
import { ShardliftError } from "../../src/errors.ts";
import { makeConfigFolder } from "./config-folder.ts";
import { environmentText } from "./texts.ts";

describe("reading an environment", () => {
  test("makes its paths begin at the folder that holds environments/", async () => {
    const root = await makeConfigFolder({ "environments/local.yaml": environmentText() });
    const { environment } = await readEnvironment(root, "local");
    expect([environment?.name, environment?.file, environment?.lake]).toEqual([
      "local",
      join(root, "environments/local.yaml"),
      { type: "folder", root: join(root, "lake") },
    ]);
  });

  test("says which there are where there is none of this name", async () => {
    const root = await makeConfigFolder({ "environments/local.yaml": environmentText() });
    const { environment, issues } = await readEnvironment(root, "lokal");
    expect(environment).toBeNull();
    expect(issues.map(({ failed, remedy }) => [failed, remedy])).toEqual([
      ["there is no such environment", 'did you mean "local"? there are: local'],
    ]);
  });

  test("gives all of them, with the issues of those that are wrong", async () => {
    const root = await makeConfigFolder({
      "environments/local.yaml": environmentText(),
      "environments/Prod.yaml": environmentText(),
      "environments/test.yaml": environmentText("keep: 1d"),
    });
    const { environments, issues } = await readEnvironments(root);
    expect(environments.map(({ name }) => name)).toEqual(["local"]);
    expect(issues.map(({ failed, remedy }) => [failed, remedy])).toEqual([
      ["the file's name is not a name", 'write "prod"'],
      ["keep is not a length of time", 'write "1 day"'],
    ]);
  });

  test("says which folder is missing", async () => {
    const { issues } = await readEnvironment(await makeConfigFolder({}), "local");
    expect(issues.map(({ failed }) => failed)).toEqual(["there is no readable folder environments"]);
  });
});

describe("the configuration's folder", () => {
  test("is the current one, or what SHARDLIFT_CONFIG names", () => {
    expect(
      [{}, { SHARDLIFT_CONFIG: "" }, { SHARDLIFT_CONFIG: "/etc/shardlift" }].map(findConfigRoot),
    ).toEqual([".", ".", "/etc/shardlift"]);
  });

  test.each(["s3://bucket/config", "S3://bucket", "https://example.com/x"])(
    "is never the address %j",
    (address) => {
      expect(() => findConfigRoot({ SHARDLIFT_CONFIG: address })).toThrow(
        new ShardliftError("config", {
          failed: "The configuration cannot be read from an address.",
          rule: "it lies in a folder of this machine, or for commands that only read it at s3://bucket/prefix",
          received: `SHARDLIFT_CONFIG="${address}"`,
          remedy: "set SHARDLIFT_CONFIG to a folder, or to an address that begins with s3://",
        }),
      );
    },
  );
});
