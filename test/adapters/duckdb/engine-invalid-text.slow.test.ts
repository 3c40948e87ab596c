import { appendFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { ShardliftError } from "../../../src/errors.ts";
import { eventRow, eventSchema } from "../../sql/schemas.ts";
import { spoilText } from "../../support/spoil-text.ts";
import {
  createEngineWorld,
  type EngineWorld,
  extract,
  extractError,
  readLake,
  type SourceRow,
  writeJson,
  writeParquet,
} from "./engine-world.ts";

const text = "a text of ours";

/** Three files of one shard; the one in the middle holds a row with the text. */
async function writeShard(world: EngineWorld, row: SourceRow) {
  const rows = [[eventRow(1)], [eventRow(2), row, eventRow(3)], [eventRow(4)]];
  return Promise.all(rows.map((part, index) => writeParquet(world, `part-${index}`, eventSchema, part)));
}

async function listLake(world: EngineWorld): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of world.store.list("")) keys.push(key);
  return keys.sort();
}

describe("invalid UTF-8 in one file of a shard", () => {
  test.each<[string, Record<string, unknown>]>([
    ["a column", { user_id: text }],
    ["a column of the identity", { user_pseudo_id: text }],
    ["a member of a struct", { device: { category: text, vendor_id: null, web_info: null } }],
    ["a value of a key-value list", { event_params: [{ key: "k", value: { string_value: text } }] }],
    ["a key of a key-value list", { event_params: [{ key: text, value: { string_value: "v" } }] }],
    ["a list in a list", { items: [{ item_id: "i", item_params: [{ key: text, value: null }] }] }],
    ["a duplicate", { ...eventRow(2), user_id: text }],
  ])("in %s is refused with that file, and the lake stays as it is", async (_, changes) => {
    const world = await createEngineWorld();
    const parts = await writeShard(world, eventRow(5, changes));
    const former = await extract(world, { schema: eventSchema, parts });
    const before = await listLake(world);
    await spoilText(parts[1]!.path, text);

    const error = (await extractError(world, { schema: eventSchema, parts })) as ShardliftError;

    expect({ code: error.code, parts: error.parts }).toEqual({
      code: "data",
      parts: {
        failed: `The file ${parts[1]!.path} cannot be read.`,
        rule: "every row of a shard can be read with the declared types; nothing is skipped",
        received: `Invalid Input Error: Invalid string encoding found in Parquet file "${parts[1]!.path}": value "a\\xFFtext of ours" is not valid UTF8!`,
        remedy: "extract the shard again; the day keeps its former generation until then",
      },
    });
    expect(await listLake(world)).toEqual(before);
    const [row] = await readLake(world, former.files, "count(*) AS n");
    expect(row).toEqual({ n: BigInt(former.balance.written) });
  });

  test("of newline JSON is refused with that file and its line", async () => {
    const world = await createEngineWorld();
    const good = await writeJson(world, "good", [eventRow(1)]);
    const bad = await writeJson(world, "bad", [eventRow(2)]);
    const broken = Buffer.from('{"event_name":"a?b"}\n');
    broken[broken.indexOf("?")] = 0xff;
    await appendFile(bad.path, broken);

    const error = (await extractError(world, { schema: eventSchema, parts: [good, bad] })) as ShardliftError;

    expect([error.code, error.parts.failed]).toEqual(["data", `The file ${bad.path} cannot be read.`]);
    expect(error.parts.received).toMatch(/ in line 2: .*UTF-8/);
    expect(await listLake(world)).toEqual([]);
  });
});
