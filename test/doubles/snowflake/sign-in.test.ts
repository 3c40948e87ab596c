import type { ConnectionOptions } from "snowflake-sdk";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { connect, createKeys, destroy } from "./driver.ts";
import { createDoubleWorld, type DoubleWorld } from "./test-world.ts";

describe("signing in", () => {
  let world: DoubleWorld;
  beforeEach(async () => {
    world = await createDoubleWorld();
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await world.end();
  });

  test("works with the user's key", async () => {
    const client = await world.open();
    expect(await client.run("SELECT 1 AS one")).toEqual([{ ONE: 1 }]);
    await client.end();
  });

  test.each([
    ["another key", { privateKey: createKeys().privateKey }, "390144"],
    ["a user nobody knows", { username: "nobody" }, "390144"],
    ["a role that was not granted", { role: "ACCOUNTADMIN" }, "390189"],
    ["a password", { authenticator: "SNOWFLAKE", password: "secret" }, "390100"],
  ])("is refused with %s", async (_, changed, code) => {
    await expect(connect(world.options(changed))).rejects.toMatchObject({ code, sqlState: "08001" });
  });

  test.each([3600_000, -3600_000])("is refused where clocks are %i ms apart", async (signInSkewMs) => {
    const apart = await createDoubleWorld({ signInSkewMs });
    await expect(connect(apart.options())).rejects.toMatchObject({ code: "390144" });
    await apart.end();
  });

  test("works with AWS workload identity, by the signer's access key", async () => {
    const own = await createDoubleWorld({ users: { ROBOT: { awsAccessKeyId: "AKIAROBOT", roles: ["R"] } } });
    vi.stubEnv("AWS_REGION", "eu-central-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAROBOT");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "not a secret");
    // The driver asks a recognised host for it, and this is none.
    vi.stubEnv("SNOWFLAKE_WIF_ALLOWED_HOST_SUFFIXES", "127.0.0.1");
    const { accessUrl, account } = own.options() as Record<string, string>;
    const identity = {
      account,
      accessUrl,
      authenticator: "WORKLOAD_IDENTITY",
      workloadIdentityProvider: "AWS",
    };
    const connection = await connect(identity as ConnectionOptions);
    expect(own.double.sessions.all()).toMatchObject([{ user: "ROBOT", role: "R" }]);
    await destroy(connection);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIASTRANGER");
    await expect(connect(identity as ConnectionOptions)).rejects.toMatchObject({ code: "394511" });
    await own.end();
  });

  test("is to be had on 127.0.0.1 alone", async () => {
    const { port, hostname } = new URL(world.double.url);
    expect(hostname).toBe("127.0.0.1");
    await expect(fetch(`http://127.0.0.2:${port}/telemetry/send`)).rejects.toThrow();
    await expect(fetch(`http://[::1]:${port}/telemetry/send`)).rejects.toThrow();
  });
});
