import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { ColumnPath, FilterCondition } from "../../src/config/types.ts";
import { type FamilyName, families } from "../../src/days/families.ts";
import { buildShardSchema } from "../../src/generate/eras.ts";
import { buildRecipe } from "../../src/sql/build-recipe.ts";
import type { Recipe } from "../../src/sql/recipe.ts";

/** A pipeline's rules over the schema that a family has in one era. */
interface GoldenRecipe {
  family: FamilyName;
  era: string;
  drop: string[];
  hash: string[];
  filter: FilterCondition[];
}

const path = (text: string): ColumnPath => {
  const [column = "", ...rest] = text.split(".");
  return { column, rest: rest.length === 0 ? null : rest.join(".") };
};

const recipes: Record<string, GoldenRecipe> = {
  "ga4-events": {
    family: "ga4_events",
    era: "2026",
    drop: ["user_properties.email", "device.advertising_id", "event_dimensions", "items.item_params.note"],
    hash: ["user_id", "user_properties.crm_id", "event_params.transaction_id", "items.affiliation"],
    filter: [
      { path: path("platform"), test: "in", values: ["WEB", "IOS"] },
      { path: path("event_params.page_location"), test: "starts_with", prefix: "https://shop.example/it's" },
      { path: path("geo.country"), test: "not_in", values: ["Nowhere"] },
      { path: path("event_params.debug_mode"), test: "equals", value: 1n },
      { path: path("user_pseudo_id"), test: "exists", exists: true },
    ],
  },
  "firebase-events": {
    family: "firebase_events",
    era: "v5",
    drop: ["user_properties.first_open_time", "device.vendor_id"],
    hash: ["user_id", "device.advertising_id", "event_params.firebase_screen_id"],
    filter: [
      { path: path("app_info.id"), test: "equals", value: "com.example.app" },
      { path: path("event_params.firebase_event_origin"), test: "exists", exists: true },
    ],
  },
  "ga360-sessions": {
    family: "ga360_sessions",
    era: "2017-07",
    drop: ["geoNetwork.latitude", "customDimensions.4", "hits.customDimensions.7"],
    hash: ["fullVisitorId", "userId", "customDimensions.1", "hits.page.pagePath"],
    filter: [{ path: path("device.browser"), test: "not_in", values: ["Bot", 'quoted "name"'] }],
  },
};

function build(golden: GoldenRecipe): Recipe {
  const family = families[golden.family];
  return buildRecipe({
    family,
    pipelineFamily: family,
    columns: { drop: golden.drop.map(path), hash: golden.hash.map(path) },
    filter: golden.filter,
    schema: buildShardSchema(golden.family, golden.era, "daily"),
  });
}

/** A recipe as a text to read: what it says of itself, then each statement below its name. */
function renderRecipe({ statements, columns, ...rest }: Recipe): string {
  const comment = (text: string) => `-- ${text}\n`;
  const facts = Object.entries(rest).map(([name, value]) => comment(`${name}: ${JSON.stringify(value)}`));
  const fields = columns.map((column) => comment(`column ${JSON.stringify(column)}`));
  const sections = Object.entries(statements).map(([name, texts]) => {
    const bodies = texts.map((text) => `${text};\n`);
    return `\n${comment(`=== ${name}: ${texts.length}`)}${bodies.join("\n")}`;
  });
  return [...facts, ...fields, ...sections].join("");
}

const folder = fileURLToPath(new URL("golden/", import.meta.url));

describe("the recipe", () => {
  test.each(Object.keys(recipes))("%s is the golden one, to the letter", (name) => {
    const file = `${folder}${name}.sql`;
    const text = renderRecipe(build(recipes[name]!));
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, text);

    expect(text, "meant so? UPDATE_GOLDEN=1 writes the file again").toBe(readFileSync(file, "utf8"));
  });

  test.each(Object.keys(recipes))("%s is data: nothing of it is lost as JSON", (name) => {
    const recipe = build(recipes[name]!);

    expect(JSON.parse(JSON.stringify(recipe))).toEqual(recipe);
  });

  test("has no golden file that nothing builds", () => {
    expect(readdirSync(folder).sort()).toEqual(
      Object.keys(recipes)
        .map((name) => `${name}.sql`)
        .sort(),
    );
  });
});
