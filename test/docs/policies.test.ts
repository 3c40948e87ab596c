import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(join(root, "docs/aws.md"), "utf8");

interface Policy {
  Statement: { Action: string | string[]; Resource: string | string[] }[];
}

/** The page's policies; its other JSON has no statements. */
const policies = [...page.matchAll(/^```json\n([\s\S]*?)^```/gm)]
  .map(([, text]) => JSON.parse(text!) as Partial<Policy>)
  .filter((one): one is Policy => one.Statement !== undefined);

const statements = policies.flatMap(({ Statement }) => Statement);

function listActions(service: string): string[] {
  const actions = statements.flatMap(({ Action }) => Action);
  return [...new Set(actions)].filter((action) => action.startsWith(`${service}:`)).toSorted();
}

/** Operations of a service that an adapter calls, as IAM names them. */
function findCalls(folder: string, client: string): string[] {
  const path = join(root, "src/adapters", folder);
  const texts = readdirSync(path).map((name) => readFileSync(join(path, name), "utf8"));
  const calls = texts.flatMap((text) => [...text.matchAll(new RegExp(`\\b${client}\\.([a-z]\\w+)\\(`, "g"))]);
  return calls.map(([, name = ""]) => `${client}:${name[0]!.toUpperCase()}${name.slice(1)}`);
}

describe("the policies of docs/aws.md", () => {
  test("allow the calls of Glue and of its logs that the adapters make, and no others", () => {
    const glue = new Set([...findCalls("glue", "glue"), ...findCalls("glue-catalog", "glue")]);
    expect(listActions("glue")).toEqual([...glue].toSorted());
    expect(listActions("logs")).toEqual([...new Set(findCalls("glue", "logs"))].toSorted());
  });

  test("name what they are for: nothing is allowed everywhere", () => {
    expect(statements.flatMap(({ Resource }) => Resource)).not.toContain("*");
    expect(statements.length).toBeGreaterThan(8);
  });
});
