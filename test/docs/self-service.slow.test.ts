import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import type { ObjectStore } from "../../src/ports.ts";
import { runPlan } from "../../src/tasks/plan.ts";
import { brief, checkEnvironment, environmentText } from "../config/texts.ts";
import { createWorld } from "../support/world.ts";
import { readBlocks } from "./read-blocks.ts";

const page = readFileSync(fileURLToPath(new URL("../../docs/self-service.md", import.meta.url)), "utf8");
const blocks = readBlocks(page);

interface Statement {
  Action: string;
  Resource?: string | string[];
}

const policies = blocks
  .filter(({ tag }) => tag === "json")
  .map(({ text }) => JSON.parse(text).Statement as Statement[]);

/** What the role of reviews may read of the lake, as patterns of keys. */
const readable = policies
  .flat()
  .filter(({ Action }) => Action === "s3:GetObject")
  .flatMap(({ Resource }) => Resource ?? [])
  .map((arn) =>
    arn.replace("arn:aws:s3:::shop-lake/shardlift/", "").replaceAll(".", "\\.").replaceAll("*", ".*"),
  )
  .map((pattern) => new RegExp(`^${pattern}$`));

/** Keys that are read; whatever else a store can do fails. */
function watch(store: ObjectStore, keys: string[]): ObjectStore {
  const refuse = () => Promise.reject(new Error("a plan does this"));
  return {
    location: store.location,
    get: (key) => {
      keys.push(key);
      return store.get(key);
    },
    list: (prefix) => store.list(prefix),
    now: () => store.now(),
    localPath: () => null,
    put: refuse,
    putFile: refuse,
    remove: refuse,
  };
}

test("a plan reads of the lake what the page's role may, writes nothing, and opens no warehouse", async () => {
  const world = await createWorld({ lookbackDays: 4 });
  await world.arrive("2026-11-21");
  await world.run();
  await world.arrive("2026-11-22");
  const keys: string[] = [];
  const store = watch(world.ports.store, keys);
  const warehouse = new Proxy({} as typeof world.ports.warehouse, {
    get: (_, name) => {
      throw new Error(`a plan asks the warehouse: ${String(name)}`);
    },
  });
  const plan = await runPlan(world.context({ ports: { ...world.ports, store, warehouse } }));
  expect(plan.totals.byAction).toMatchObject({ extract: 1 });
  expect(keys.length).toBeGreaterThan(3);
  expect(keys.filter((key) => !readable.some((pattern) => pattern.test(key)))).toEqual([]);
});

test("the role lets in pull requests of one repository, and nothing is allowed everywhere", () => {
  const statements = policies.flat();
  expect(statements.flatMap(({ Action }) => Action)).toEqual([
    "sts:AssumeRoleWithWebIdentity",
    "s3:GetObject",
    "s3:ListBucket",
  ]);
  expect(page).toContain('"token.actions.githubusercontent.com:sub": "repo:example/data:pull_request"');
  expect(statements.flatMap(({ Resource }) => Resource ?? [])).not.toContain("*");
});

test("the page's teams are right", () => {
  const [teams] = blocks.filter(({ tag }) => tag === "yaml");
  const { environment, issues } = checkEnvironment(environmentText(teams!.text));
  expect(brief(issues)).toEqual([]);
  expect(environment?.teams).toEqual(parse(teams!.text).teams);
});
