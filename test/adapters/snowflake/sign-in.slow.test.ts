import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { exitCodes, isShardliftError } from "../../../src/errors.ts";
import { baseColumns } from "../../contracts/warehouse-lake.ts";
import { copyGenerations, g1, measureOf, table } from "../../contracts/warehouse-world.ts";
import { createSnowflakeWorld, type SnowflakeWorld, type WorldChoices } from "./snowflake-world.ts";

let world: SnowflakeWorld;
afterEach(async () => {
  vi.unstubAllEnvs();
  await world.end();
});

const begin = async (choices: WorldChoices = {}) => {
  world = await createSnowflakeWorld(choices);
  return world.warehouse;
};

const robot: WorldChoices = {
  config: { user: "robot", auth: { type: "workload_identity" } },
  double: { users: { ROBOT: { awsAccessKeyId: "AKIAROBOT", roles: ["LOADER"] } } },
};

async function failSignIn() {
  const error = await world.warehouse.readLedger(table, "all").catch((reason: unknown) => reason);
  if (!isShardliftError(error)) throw error;
  expect(Object.values(error.parts).filter((part) => part !== "")).toHaveLength(4);
  return { exit: exitCodes[error.code], retryable: error.retryable, text: error.message };
}

/** A load by the real driver, signed in so. */
async function load() {
  await world.warehouse.prepare(table, baseColumns);
  const target = await world.write(g1);
  await copyGenerations(world.warehouse, target);
  expect(await world.warehouse.measureHot(table, "all")).toEqual([measureOf(target)]);
  return world.double.sessions.all().map(({ user, role, warehouse }) => `${user} ${role} ${warehouse}`);
}

test("a key pair signs in, and loads", async () => {
  await begin();
  const signedIn = await load();
  expect(new Set(signedIn)).toEqual(new Set(["SHARDLIFT LOADER LOAD_WH"]));
});

describe("AWS workload identity", () => {
  beforeEach(() => {
    // Neither this machine's own files nor a metadata service have a say.
    for (const name of ["AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"]) vi.stubEnv(name, "/dev/null");
    for (const name of ["AWS_PROFILE", "AWS_ROLE_ARN", "AWS_SESSION_TOKEN", "AWS_WEB_IDENTITY_TOKEN_FILE"])
      vi.stubEnv(name, undefined);
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    vi.stubEnv("AWS_REGION", "eu-central-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAROBOT");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "not a secret");
    vi.stubEnv("SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES", "127.0.0.1");
  });

  test("signs in as the command's role, without any secret of Snowflake's, and loads", async () => {
    await begin({ ...robot, privateKey: "never read" });
    expect(new Set(await load())).toEqual(new Set(["ROBOT LOADER LOAD_WH"]));
  });

  test.each<[string, () => void, WorldChoices, RegExp]>([
    ["another role", () => vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIASTRANGER"), {}, /WORKLOAD_IDENTITY of robot/],
    [
      "a signature of an hour ago",
      () => {},
      { double: { ...robot.double, signInSkewMs: 3_600_000 } },
      /expired credentials/,
    ],
    [
      "a role of Snowflake's that was not granted",
      () => {},
      { config: { ...robot.config, role: "other" } },
      /GRANT ROLE OTHER/,
    ],
    [
      "no credentials at all",
      () => {
        vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
        vi.stubEnv("AWS_SECRET_ACCESS_KEY", undefined);
      },
      {},
      /Could not load credentials[\s\S]*aws sts get-caller-identity/,
    ],
    [
      "a host that is none of Snowflake's",
      () => vi.stubEnv("SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES", ""),
      {},
      /recognized Snowflake host/,
    ],
  ])("is refused with %s, and told what to do", async (_, change, choices, expected) => {
    change();
    await begin({ ...robot, ...choices });
    const failure = await failSignIn();
    expect(failure).toMatchObject({ exit: 64, retryable: false });
    expect(failure.text).toMatch(expected);
    expect(failure.text).not.toMatch(/not a secret|AWS4-HMAC/);
  });
});
