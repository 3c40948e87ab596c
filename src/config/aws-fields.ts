import { z } from "zod";
import { textField } from "./fields.ts";
import { parseAccountId, parseEndpoint, parseRegion, parseTagValue } from "./parse-aws-names.ts";

/** Keys that several parts of an environment on AWS have in common. */

const regionRule = "a region's code";

export const regionField = (description: string) =>
  textField(parseRegion, { description, example: "eu-central-1", rule: regionRule });

/** Where everything is in one region it is written once, at the lake. */
export const lakeRegionField = (what: string) =>
  textField(parseRegion, {
    description: `Region of ${what}.`,
    example: "eu-central-1",
    rule: regionRule,
    otherwise: "the lake's",
  }).optional();

export const endpointField = (service: string) =>
  textField(parseEndpoint, {
    description: `Another address for ${service}: an interface endpoint, or a stand-in in trials.`,
    example: "https://vpce-0a1b.example.com",
    rule: "http(s)://host[:port]; http is refused in production",
    otherwise: "AWS's own",
  }).optional();

/** How S3 or what speaks like it is reached. */
export const s3AccessFields = {
  bucket_owner: textField(parseAccountId, {
    description: "Account that must own the bucket; every request is refused where another one does.",
    example: "123456789012",
    rule: "12 digits, in quotes",
    otherwise: "not checked",
  }).optional(),
  endpoint: endpointField("S3"),
  path_style: z
    .boolean()
    .meta({
      description: "Whether the bucket stands in the path, as some stores that speak like S3 want it.",
    })
    .prefault(false),
};

export const tagsField = (otherwise: string) =>
  z
    .record(
      z.string(),
      textField(parseTagValue, { description: "A tag's value.", example: "growth", rule: "a text" }),
    )
    .meta({
      description:
        'Cost tags, like `{ team: growth, cost_centre: "4711" }`. `pipeline` and `environment` are set besides.',
      otherwise,
    });
