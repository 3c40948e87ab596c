import { expect, test } from "vitest";
import { buildConfigDigest, findNamedDigest } from "../../src/config/config-digest.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const shop = { name: "pipelines/shop.yaml", body: bytes("name: shop\n") };
const prod = { name: "environments/prod.yaml", body: bytes("production: true\n") };

test("a configuration has one digest, in whatever order its files come", () => {
  const digest = buildConfigDigest([shop, prod]);
  expect(digest).toBe(buildConfigDigest([prod, shop]));
  expect(digest).toBe("47481371f9d0fa62ba356e280cf7ed520c36378e9133462b2ae15a86201cbfad");
});

test.each([
  ["a name", [{ ...shop, name: "pipelines/shop2.yaml" }, prod]],
  ["a content", [{ ...shop, body: bytes("name: shop \n") }, prod]],
  ["a file more", [shop, prod, { name: "pipelines/z.yaml", body: bytes("") }]],
  ["a file less", [shop]],
  [
    "where one file ends and the next begins",
    [{ name: prod.name, body: bytes("production: true\n11 19\npipelines/shop.yaml") }, shop],
  ],
])("another %s is another digest", (_, files) => {
  expect(buildConfigDigest(files)).not.toBe(buildConfigDigest([shop, prod]));
});

test("an address names a digest by its last part, or none", () => {
  const digest = "0a".repeat(32);
  const urls = [`s3://b/config/${digest}/`, `s3://b/${digest}`, "s3://b/config/", `s3://b/${digest}/x/`];
  expect(urls.map(findNamedDigest)).toEqual([digest, digest, null, null]);
});
