import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { buildPipelineYaml } from "../../src/config/build-pipeline-yaml.ts";
import { type InitTexts, initQuestions, parseInitAnswers } from "../../src/config/init-questions.ts";
import { parsePipeline } from "../../src/config/parse-pipeline.ts";
import { families, familyNames } from "../../src/days/families.ts";

const least: InitTexts = {
  name: "web-shop",
  owner: "growth@example.com",
  dataset: "analytics_123456789",
  timeZone: "Europe/Berlin",
};

/** The pipeline that init would write for these answers, read again. */
function roundTrip(texts: InitTexts) {
  const parsed = parseInitAnswers(texts);
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  const { name } = parsed.answers;
  return parsePipeline(
    buildPipelineYaml(parsed.answers, "../schemas/pipeline.schema.json"),
    `${name}.yaml`,
    name,
  );
}

describe("init", () => {
  test("writes a commented pipeline from four answers", () => {
    const { pipeline, issues } = roundTrip(least);
    expect(issues).toEqual([]);
    expect(pipeline).toMatchObject({
      name: "web-shop",
      owner: "growth@example.com",
      property: { dataset: "analytics_123456789", project: null, timeZone: "Europe/Berlin", start: null },
      families: [{ family: "ga4_events", table: { schema: "analytics", table: "web_shop_events" } }],
    });
  });

  test("takes every answer into the file", () => {
    const texts = {
      ...least,
      project: "shop-prod",
      start: "2021-03-01",
      families: "ga4_events, ga4_users",
      schema: "Web",
    };
    expect(roundTrip(texts).pipeline).toMatchObject({
      property: { project: "shop-prod", start: "2021-03-01" },
      families: [
        { family: "ga4_events", table: { schema: "Web", table: "web_shop_events" }, duplicates: "event_id" },
        { family: "ga4_users", table: { schema: "Web", table: "web_shop_users" }, duplicates: "keep" },
      ],
    });
  });

  test("names the schema for editors in the first line, or leaves it out", () => {
    const parsed = parseInitAnswers(least);
    if ("problems" in parsed) throw new Error("unexpected problems");
    expect(buildPipelineYaml(parsed.answers, "../x.json").split("\n")[0]).toBe(
      "# yaml-language-server: $schema=../x.json",
    );
    expect(buildPipelineYaml(parsed.answers, null)).not.toContain("$schema");
  });

  test.each([
    { name: "123" },
    { name: "360-shop" },
    { name: "null" },
    { name: "1e5" },
    { name: "a".repeat(100) },
    { dataset: "0x1F" },
    { dataset: "true" },
    { owner: "a: b # c" },
    { owner: '\'"quotes\\"' },
    { owner: "- x" },
    { owner: "Größe 日本" },
    { owner: "x ".repeat(200).trim() },
    { owner: "{}" },
    { owner: "*alias" },
  ])("writes a file that is right for %j", (answer) => {
    const texts = { ...least, ...answer };
    const { pipeline, issues } = roundTrip(texts);
    expect(issues).toEqual([]);
    expect([pipeline?.name, pipeline?.owner, pipeline?.property.dataset]).toEqual([
      texts.name,
      texts.owner,
      texts.dataset,
    ]);
  });

  test("writes a file that is right for whatever answers it takes", () => {
    const answers = fc.record({
      name: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,30}$/),
      owner: fc.string({ unit: "grapheme", minLength: 1 }),
      dataset: fc.stringMatching(/^[A-Za-z0-9_]{1,20}$/),
      timeZone: fc.constantFrom("UTC", "Europe/Berlin", "Asia/Kolkata"),
      families: fc.subarray(familyNames, { minLength: 1 }).map((names) => names.join(",")),
    });
    fc.assert(
      fc.property(answers, (texts) => {
        const parsed = parseInitAnswers(texts);
        if ("problems" in parsed) return;
        expect(roundTrip(texts).issues).toEqual([]);
        expect(roundTrip(texts).pipeline?.owner).toBe(texts.owner.trim());
      }),
      { numRuns: 300 },
    );
  });

  test("says what is wrong with each answer, and how to give what is missing", () => {
    const texts = {
      name: "Web Shop",
      timeZone: "CET",
      project: "x",
      start: "2021-02-30",
      families: "ga4_event",
      schema: "a.b",
    };
    const parsed = parseInitAnswers(texts);
    if (!("problems" in parsed)) throw new Error("expected problems");
    expect(parsed.problems.map(({ question, problem }) => [question.flag, problem.failed])).toEqual([
      ["name", "is not a name"],
      ["owner", "is missing"],
      ["dataset", "is missing"],
      ["project", "is not a Google Cloud project id"],
      ["time-zone", "is not a time zone"],
      ["start", "is not a day"],
      ["families", "names an unknown family"],
      ["schema", "is not a schema"],
    ]);
    expect(parsed.problems[1]?.problem.remedy).toBe("give it with --owner");
  });

  test.each(["ga4_events,firebase_events", "ga4_users,ga4_users"])(
    "refuses families that read the same shards: %s",
    (text) => {
      const parsed = parseInitAnswers({ ...least, families: text });
      expect(parsed).toMatchObject({ problems: [{ problem: { failed: "names the same shards twice" } }] });
    },
  );

  test("offers only what it would take itself", () => {
    for (const { fallback, parse } of initQuestions) {
      if (fallback !== null) expect(parse(fallback)).toHaveProperty("value");
    }
  });

  test("has a table ending for every family that no other of one property has", () => {
    const chosen = familyNames.filter((name) => name !== "firebase_events");
    const { pipeline } = roundTrip({ ...least, families: chosen.join(",") });
    expect(new Set(pipeline?.families.map(({ table }) => table.table)).size).toBe(chosen.length);
    expect(families.firebase_events.shards.daily).toBe(families.ga4_events.shards.daily);
  });
});
