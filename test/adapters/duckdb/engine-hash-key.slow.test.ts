import { createHash, createHmac, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { eventRow, eventSchema } from "../../sql/schemas.ts";
import { createEngineWorld, extract, readLake, writeParquet } from "./engine-world.ts";

/** Values as they stand in a row, texts as HMAC sees them. */
const values = [
  null,
  "",
  " ",
  "a",
  "user@example.com",
  "ü",
  "u\u0308",
  "日本語",
  "👩‍👩‍👧",
  "\u0000\u0001\n\t",
  `'; "\\`,
  "x".repeat(63),
  "x".repeat(64),
  "x".repeat(10_000),
];

/** What a day's `user_id` column and the key `id` become with a key. */
async function hashWith(key: Uint8Array) {
  const world = await createEngineWorld();
  const rows = values.map((value, index) =>
    eventRow(index, {
      user_id: value,
      user_properties: [{ key: "id", value: { string_value: value } }],
    }),
  );
  const { files } = await extract(world, {
    schema: eventSchema,
    parts: [await writeParquet(world, "shard", eventSchema, rows)],
    columns: {
      drop: [],
      hash: [
        { column: "user_id", rest: null },
        { column: "user_properties", rest: "id" },
      ],
    },
    options: { readHashKey: async () => key },
  });
  const select = "event_bundle_sequence_id AS i, user_id AS column, user_properties AS pairs";
  return (await readLake(world, files, select)).map(({ column, pairs }) => ({ column, pairs }));
}

function expected(key: Uint8Array) {
  return values.map((value) => {
    if (value === null) return { column: null, pairs: '{"id":null}' };
    const hash = createHmac("sha256", key).update(value, "utf8").digest("hex");
    return { column: hash, pairs: `{"id":"${hash}"}` };
  });
}

describe("a hash is node:crypto's HMAC-SHA-256, for null, empty and any other text,", () => {
  test.each<[string, Uint8Array]>([
    ["one byte long", Buffer.from("k")],
    ["of text beyond ASCII", Buffer.from("schlüssel-🔑")],
    ["one byte shorter than a block", randomBytes(63)],
    ["of one block", randomBytes(64)],
    ["one byte longer than a block", randomBytes(65)],
    ["much longer than a block", randomBytes(1000)],
    ["of zeros and quotes", Buffer.from("\0\0'\"\\\0")],
    ["of the largest bytes", new Uint8Array(64).fill(0xff)],
  ])("with a key %s", async (_, key) => {
    expect(await hashWith(key)).toEqual(expected(key));
  });

  test("and a key longer than a block stands for its SHA-256", async () => {
    const long = Buffer.from("long ".repeat(20));

    expect(await hashWith(long)).toEqual(expected(createHash("sha256").update(long).digest()));
  });
});

test("equal texts have equal hashes, others others", async () => {
  const found = await hashWith(Buffer.from("k"));

  expect(new Set(found.map(({ column }) => column)).size).toBe(values.length);
  expect(await hashWith(Buffer.from("another"))).not.toEqual(found);
});
