import { z } from "zod";
import { regionField, s3AccessFields } from "./aws-fields.ts";
import { textField } from "./fields.ts";
import { parseBucket, parseKmsKeyArn, parsePrefix } from "./parse-aws-names.ts";

/** A lake on S3, as it is written. */
export const s3LakeSchema = z.strictObject({
  type: z.literal("s3").meta({ description: "A bucket of S3, or of a store that speaks like it." }),
  bucket: textField(parseBucket, {
    description: "The bucket; it must be there.",
    example: "shop-lake",
    rule: "the bucket's name alone",
  }),
  prefix: textField(parsePrefix, {
    description: "Where in the bucket the lake is.",
    example: "shardlift",
    rule: "names between slashes",
    otherwise: "the whole bucket",
  }).prefault(""),
  region: regionField("Region of the bucket."),
  kms_key: textField(parseKmsKeyArn, {
    description: "Key that objects are encrypted with (SSE-KMS).",
    example: "arn:aws:kms:eu-central-1:123456789012:alias/shop-lake",
    rule: "the ARN of a key or of its alias",
    otherwise: "as the bucket encrypts by itself",
  }).optional(),
  ...s3AccessFields,
});
