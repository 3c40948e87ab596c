import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildGenerationId } from "../../src/lake/generation-id.ts";
import { parseGenerationFolder, parseGenerationKey } from "../../src/lake/keys.ts";
import { generationId } from "../../src/lake/schemas.ts";

const nines = (length: number) => "9".repeat(length);
const random = (length: number) => randomBytes(length).toString("hex").slice(0, length);
/** Years with four digits. */
const moment = fc.date({
  min: new Date("1970-01-01T00:00:00.000Z"),
  max: new Date("9999-12-31T23:59:59.999Z"),
  noInvalidDate: true,
});

describe("a generation's id", () => {
  test("is its moment to the millisecond and twelve random digits", () => {
    const id = buildGenerationId(Date.parse("2026-11-20T10:15:00.123Z"), (length) =>
      "8f14e45fceea".slice(0, length),
    );

    expect(id).toBe("20261120T101500123Z-8f14e45fceea");
  });

  test("sorts by the time it began, whatever the random digits are", () => {
    fc.assert(
      fc.property(moment, moment, (one, other) => {
        fc.pre(one.getTime() < other.getTime());
        const [earlier, later] = [
          buildGenerationId(one.getTime(), nines),
          buildGenerationId(other.getTime(), (length) => "0".repeat(length)),
        ];

        expect([later, earlier].sort()).toEqual([earlier, later]);
      }),
    );
  });

  test("differs from others of the same millisecond", () => {
    const ids = Array.from({ length: 1000 }, () => buildGenerationId(0, random));

    expect(new Set(ids).size).toBe(1000);
    expect(new Set(ids.map((id) => id.slice(0, -12)))).toEqual(new Set(["19700101T000000000Z-"]));
  });

  test("has a form that the lake's documents and keys take", () => {
    fc.assert(
      fc.property(moment, (date) => {
        const id = buildGenerationId(date.getTime(), random);
        const folder = `shop/ga4_events/day=2026-11-20/generation=${id}/`;

        expect(generationId.parse(id)).toBe(id);
        expect(parseGenerationFolder(`s3://lake/${folder}`)).toBe(id);
        expect(parseGenerationKey("shop", "ga4_events", `${folder}${id}-00000.parquet`)).toEqual({
          day: "2026-11-20",
          generation: id,
          part: "data",
        });
        expect(
          parseGenerationKey("shop", "ga4_events", `shop/ga4_events/_manifests/2026-11-20/${id}.json`),
        ).toEqual({ day: "2026-11-20", generation: id, part: "manifest" });
      }),
    );
  });
});
