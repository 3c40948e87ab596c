import { GetDevEndpointsCommand, GetTagsCommand, GlueClient } from "@aws-sdk/client-glue";
import { afterEach, describe, expect, test } from "vitest";
import { doubleCredentials, doubleRegion, type GlueDouble, startGlueDouble } from "./double.ts";
import { AwsError } from "./errors.ts";

const close: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of close.splice(0)) await one();
});

/** A double with one operation that counts its calls. */
async function start(over: { region?: string } = {}) {
  const called: unknown[] = [];
  const double = await startGlueDouble({
    operations: () => ({
      GetTags: (input) => {
        called.push(input);
        if (input.ResourceArn === "none") throw new AwsError("EntityNotFoundException", "no such thing");
        return { Tags: { team: "growth" } };
      },
    }),
  });
  const client = new GlueClient({
    endpoint: double.endpoint,
    region: over.region ?? doubleRegion,
    credentials: doubleCredentials,
    maxAttempts: 1,
  });
  close.push(
    () => client.destroy(),
    () => double.close(),
  );
  const ask = (arn = "arn") => client.send(new GetTagsCommand({ ResourceArn: arn }));
  return { double, called, ask };
}

const log = ({ log }: GlueDouble) => log.map(({ operation, fault, error }) => [operation, fault, error]);

describe("the server of the Glue double", () => {
  test("answers the SDK, and writes down what it was asked", async () => {
    const { double, ask } = await start();

    expect((await ask()).Tags).toEqual({ team: "growth" });
    expect(double.log).toEqual([
      {
        operation: "GetTags",
        input: { ResourceArn: "arn" },
        accessKeyId: doubleCredentials.accessKeyId,
        attempt: "attempt=1; max=1",
        fault: null,
        error: null,
      },
    ]);
  });

  test("answers an operation's error by its name", async () => {
    const { double, ask } = await start();

    await expect(ask("none")).rejects.toMatchObject({
      name: "EntityNotFoundException",
      message: "no such thing",
    });
    expect(log(double)).toEqual([["GetTags", null, "EntityNotFoundException"]]);
  });

  test("refuses what is signed for another region, or not at all", async () => {
    const { double, called, ask } = await start({ region: "us-east-1" });

    await expect(ask()).rejects.toMatchObject({ name: "InvalidSignatureException" });
    const bare = await fetch(double.endpoint, {
      method: "POST",
      headers: { "x-amz-target": "AWSGlue.GetTags" },
    });
    expect([bare.status, await bare.json()]).toEqual([
      403,
      { __type: "MissingAuthenticationTokenException", message: "Missing Authentication Token" },
    ]);
    expect(called).toEqual([]);
  });

  test("says which operation it does not know", async () => {
    const double = await startGlueDouble();
    const client = new GlueClient({
      endpoint: double.endpoint,
      region: doubleRegion,
      credentials: doubleCredentials,
    });
    close.push(
      () => client.destroy(),
      () => double.close(),
    );

    await expect(client.send(new GetDevEndpointsCommand({}))).rejects.toMatchObject({
      name: "UnknownOperationException",
      message: expect.stringContaining("GetDevEndpoints"),
    });
  });

  test.each([
    ["throttle", { name: "ThrottlingException" }, 0],
    ["deny", { name: "AccessDeniedException" }, 0],
    ["expire token", { name: "ExpiredTokenException" }, 0],
    ["drop request", { code: "ECONNRESET" }, 0],
    ["drop answer", { code: "ECONNRESET" }, 1],
  ] as const)("%s strikes once, where it was asked to", async (action, expected, done) => {
    const { double, called, ask } = await start();
    double.faults.add({ do: action, operation: "GetTags", skip: 1 });
    await ask();

    await expect(ask()).rejects.toMatchObject(expected);
    expect(called.length).toBe(1 + done);
    expect(double.faults.left()).toEqual([]);
    await ask();
  });

  test("does later what its client has long given up", async () => {
    const { double, called, ask } = await start();
    let resolve = () => {};
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    double.faults.add({ do: "land later", until: promise });

    await expect(ask()).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(called).toEqual([]);
    resolve();
    await expect.poll(() => called.length).toBe(1);
  });
});
