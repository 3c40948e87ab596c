import { expect, test } from "vitest";
import { parseSchema } from "../../../src/adapters/files/parse-schema.ts";

test("all spellings of a type become the API's, modes default to NULLABLE, other members are dropped", () => {
  const schema = [
    { name: "a", type: "INT64", mode: "REQUIRED", description: "count" },
    { name: "b", type: "float64" },
    { name: "c", type: "BOOL", mode: "nullable" },
    { name: "d", type: "STRUCT", mode: "REPEATED", fields: [{ name: "e", type: "STRING", policyTags: {} }] },
  ];
  const fields = [
    { name: "a", type: "INTEGER", mode: "REQUIRED" },
    { name: "b", type: "FLOAT", mode: "NULLABLE" },
    { name: "c", type: "BOOLEAN", mode: "NULLABLE" },
    {
      name: "d",
      type: "RECORD",
      mode: "REPEATED",
      fields: [{ name: "e", type: "STRING", mode: "NULLABLE" }],
    },
  ];
  expect(parseSchema(schema)).toEqual({ fields });
  expect(parseSchema({ fields: schema })).toEqual({ fields });
  expect(parseSchema({ kind: "bigquery#table", schema: { fields: schema } })).toEqual({ fields });
});

test("every issue is told at once, each with its column", () => {
  const schema = [
    { name: "a", type: "POINT" },
    { name: "b", type: "STRING", mode: "MANY" },
    { name: "A", type: "STRING" },
    { type: "STRING" },
    { name: "c", type: "RECORD" },
    { name: "d", type: "RECORD", fields: [{ name: "e", type: "constructor" }] },
  ];
  expect(parseSchema(schema)).toEqual({
    issues: [
      'a has the type "POINT", which is not known',
      'b has the mode "MANY", which is not known',
      "A is there twice",
      "the schema has a field without a name",
      "c is not a list of fields",
      'd.e has the type "constructor", which is not known',
    ],
  });
});

test.each([null, 1, "[]", [], {}, { schema: {} }, { fields: "a" }])("%j is no schema", (value) => {
  expect(parseSchema(value)).toEqual({ issues: ["the schema is not a list of fields"] });
});
