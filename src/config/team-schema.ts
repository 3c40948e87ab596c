import { z } from "zod";
import { lineField, textField } from "./fields.ts";
import { parseSchemaName } from "./parse-names.ts";

const team = z.strictObject({
  owner: lineField("an owner", {
    description: "The team, as `owner` of its pipelines says.",
    example: "growth@example.com",
  }),
  schemas: z
    .array(
      textField(parseSchemaName, {
        description: "A schema of the warehouse, its whole name; case is no matter.",
        example: "analytics",
        rule: "letters, digits and underscores",
      }),
    )
    .min(1)
    .max(1000)
    .meta({ description: "Schemas that tables of its pipelines may be in." }),
});

/** `teams:` of an environment file: who may write where. */
export const teamsSchema = z
  .array(team)
  .min(1)
  .max(1000)
  .meta({
    description: "Teams that may have pipelines here, each with the schemas it may write to.",
    otherwise: "whoever has a pipeline may write to any schema",
  })
  .optional();
