import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { eventRow, eventSchema } from "../../sql/schemas.ts";
import { createEngineWorld, extract, readLake, writeParquet } from "./engine-world.ts";

const fileBytes = 4_000_000;
const rows = 120_000;

/** Text that no packing makes smaller. */
function noise(index: number): string {
  const parts = Array.from({ length: 6 }, (_, part) => createHash("sha256").update(`${index} ${part}`));
  return parts.map((hash) => hash.digest("base64")).join("");
}

// As where a shop begins, or ceases, to send more in the middle of a day: a sample of the first rows sees nothing of it.
test.each([
  ["heavier", (index: number) => index > rows / 2],
  ["lighter", (index: number) => index < rows / 2],
])("files are of the aimed size where rows grow %s in the middle of the day", async (_, isHeavy) => {
  const world = await createEngineWorld();
  const made = Array.from({ length: rows }, (_, index) =>
    eventRow(index, { user_id: isHeavy(index) ? noise(index) : "somebody" }),
  );
  const parts = [await writeParquet(world, "shard", eventSchema, made)];

  const report = await extract(world, { schema: eventSchema, parts, options: { fileBytes, threads: 4 } });

  const shares = report.files.map(({ bytes }) => bytes / fileBytes);
  expect(shares.length).toBeGreaterThan(3);
  expect(shares.filter((share) => share < 0.75).length).toBeLessThanOrEqual(1);
  expect(Math.max(...shares)).toBeLessThan(1.25);
  expect(await readLake(world, report.files, "count(DISTINCT event_id) AS n")).toEqual([{ n: BigInt(rows) }]);
});
