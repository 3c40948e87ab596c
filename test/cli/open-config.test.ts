import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { refusePlacesInside } from "../../src/cli/refuse-places-inside.ts";
import { buildLocal } from "../dags/environments.ts";
import { command } from "../support/command.ts";
import { expectRefusal, openSite } from "../support/shop.ts";

describe("a configuration by its address", () => {
  test.each([
    ["s3://Shop/config", {}, "is not a place on S3"],
    ["s3://shop/../config", {}, "is not a place on S3"],
    ["https://example.com/config", {}, "cannot be read from an address"],
    ["s3://shop/config", { AWS_REGION: "", AWS_DEFAULT_REGION: undefined }, "its region is not known"],
  ])("is refused where it is %s with %j", async (address, env, words) => {
    const site = await openSite();
    const said = await command(site, ["validate"], { env: { ...env, SHARDLIFT_CONFIG: address } });
    expectRefusal(said, 64, words);
  });

  test("is no place to write a pipeline to", async () => {
    const site = await openSite();
    const said = await command(site, ["init", "--name", "shop"], {
      env: { SHARDLIFT_CONFIG: "s3://shop/config" },
    });
    expect(said.exitCode).toBe(64);
  });
});

describe("an environment whose configuration was fetched", () => {
  const from = "s3://shop/config/";

  test("may not write beside it", () => {
    const environment = buildLocal();
    expect(() => refusePlacesInside(environment, "/config", from)).toThrow(/lake\.root and warehouse\.path/);
  });

  test("may write anywhere else", () => {
    const environment = buildLocal();
    refusePlacesInside(environment, "/conf", from);
    refusePlacesInside(environment, join("/config", "lake", "deeper"), from);
  });
});
