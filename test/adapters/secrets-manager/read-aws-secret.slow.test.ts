import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readAwsSecret } from "../../../src/adapters/secrets-manager/read-aws-secret.ts";
import { type AwsProxy, startAwsProxy } from "../../support/aws-proxy.ts";
import { type AwsServer, findServer, neededServer, startMinistack } from "../../support/aws-servers.ts";
import { useStandInCredentials } from "../s3/s3-world.ts";

describe.skipIf(findServer("ministack") === null)(`a secret of AWS${neededServer("ministack")}`, () => {
  let server: AwsServer;
  let proxy: AwsProxy;

  beforeAll(async () => {
    useStandInCredentials();
    server = await startMinistack();
    proxy = await startAwsProxy(server.endpoint);
  });

  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  async function make(secret: { SecretString: string } | { SecretBinary: Uint8Array }): Promise<string> {
    const client = new SecretsManagerClient({ region: "eu-central-1", endpoint: server.endpoint });
    const Name = `shardlift/${Math.random().toString(36).slice(2)}`;
    const { ARN } = await client.send(new CreateSecretCommand({ Name, ...secret }));
    return ARN!;
  }

  test("is read by its ARN, as it is", async () => {
    const arn = await make({ SecretString: " hunter2\n" });
    expect(await readAwsSecret(arn, server.endpoint)).toBe(" hunter2\n");
  });

  test("is refused where it holds bytes", async () => {
    const arn = await make({ SecretBinary: new TextEncoder().encode("hunter2") });
    const error = await readAwsSecret(arn, server.endpoint).catch((reason) => reason);
    expect(error).toMatchObject({
      code: "config",
      parts: { received: `aws-secret:${arn}, which holds bytes` },
    });
    expect(JSON.stringify(error) + error.message).not.toContain("hunter2");
  });

  test("that is not there is told by its ARN", async () => {
    const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:nowhere-AbCdEf";
    await expect(readAwsSecret(arn, server.endpoint)).rejects.toMatchObject({
      code: "config",
      retryable: false,
      parts: { received: expect.stringMatching(/^aws-secret:arn:.*, ResourceNotFoundException/) },
    });
  });

  test("is asked for again by whoever wants it where the answer may pass", async () => {
    const arn = await make({ SecretString: "hunter2" });
    proxy.inject({ fault: "reset", operation: "GetSecretValue" });
    await expect(readAwsSecret(arn, proxy.endpoint)).rejects.toMatchObject({
      code: "outside",
      retryable: true,
    });
  });
});
