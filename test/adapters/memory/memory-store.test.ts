import { expect, test } from "vitest";
import { createMemoryStore } from "../../../src/adapters/memory/memory-store.ts";
import { describeObjectStore } from "../../contracts/object-store.ts";

describeObjectStore("memory", async () => createMemoryStore({ nowMs: () => 1_000_000 }));

test("objects in memory have no path", () => {
  expect(createMemoryStore({ nowMs: () => 0 }).localPath("a/b")).toBeNull();
});
