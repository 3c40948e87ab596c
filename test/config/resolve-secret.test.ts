import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resolveSecret } from "../../src/config/resolve-secret.ts";
import type { SecretReference } from "../../src/config/types.ts";
import { ShardliftError } from "../../src/errors.ts";

const readText = (path: string) => readFile(path, "utf8");

async function askNoAws(): Promise<never> {
  throw new Error("AWS was asked");
}

async function writeSecret(text: string): Promise<SecretReference> {
  const path = join(await mkdtemp(join(tmpdir(), "shardlift-secret-")), "key");
  await writeFile(path, text);
  return { from: "file", path };
}

async function refusal(
  reference: SecretReference,
  env: Record<string, string> = {},
): Promise<ShardliftError> {
  const outcome = await resolveSecret(reference, env, readText, askNoAws).catch((error: unknown) => error);
  if (!(outcome instanceof ShardliftError)) throw new Error("expected a known error");
  return outcome;
}

describe("a secret", () => {
  test("comes from a variable as it is", async () => {
    expect(await resolveSecret({ from: "env", name: "KEY" }, { KEY: " s\n" }, readText, askNoAws)).toBe(
      " s\n",
    );
  });

  test.each([
    ["s\n", "s"],
    ["s\r\n", "s"],
    ["s\n\n", "s\n"],
    [" s ", " s "],
  ])("comes from a file %j without one newline at its end", async (text, secret) => {
    expect(await resolveSecret(await writeSecret(text), {}, readText, askNoAws)).toBe(secret);
  });

  test("is refused where it is missing or empty", async () => {
    expect((await refusal({ from: "env", name: "KEY" })).parts).toEqual({
      failed: "A secret cannot be read.",
      rule: "a secret must be there and must not be empty",
      received: "env:KEY",
      remedy: "set the variable KEY",
    });
    expect((await refusal({ from: "env", name: "KEY" }, { KEY: " \n" })).code).toBe("config");
    expect((await refusal(await writeSecret("\n"))).parts.rule).toBe(
      "a secret must be there and must not be empty",
    );
  });

  test("is refused where its file cannot be read", async () => {
    expect((await refusal({ from: "file", path: "/nowhere/key" })).parts).toEqual({
      failed: "A secret cannot be read.",
      rule: "the file must be readable (ENOENT)",
      received: "file:/nowhere/key",
      remedy: "check path and permissions",
    });
  });

  const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x";

  test("of AWS comes from Secrets Manager as it is", async () => {
    const read = resolveSecret(
      { from: "aws-secret", arn },
      {},
      readText,
      async (asked) => `key of ${asked}\n`,
    );
    expect(await read).toBe(`key of ${arn}\n`);
  });

  test("of AWS is refused where it is empty", async () => {
    const read = resolveSecret({ from: "aws-secret", arn }, {}, readText, async () => "");
    await expect(read).rejects.toMatchObject({
      code: "config",
      parts: { received: `aws-secret:${arn}`, remedy: "give the secret a value" },
    });
  });
});
