import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { families } from "../../src/days/families.ts";
import { buildRecipe } from "../../src/sql/build-recipe.ts";
import { eventSchema } from "../sql/schemas.ts";

/** What the script's own tests run, which know no TypeScript. */
test("the recipe of the script's tests is what the release renders", () => {
  const file = new URL("recipe.json", import.meta.url);
  const recipe = buildRecipe({
    family: families.ga4_events,
    pipelineFamily: { duplicates: "event_id" },
    columns: { drop: [], hash: [{ column: "user_id", rest: null }] },
    filter: [{ path: { column: "platform", rest: null }, test: "not_in", values: ["TEST"] }],
    schema: eventSchema,
  });
  const text = `${JSON.stringify(recipe, null, 2)}\n`;
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, text);

  expect(text, "meant so? UPDATE_GOLDEN=1 writes the file again").toBe(readFileSync(file, "utf8"));
});
