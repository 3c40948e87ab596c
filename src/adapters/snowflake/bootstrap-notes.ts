import type { SnowflakeWarehouse } from "../../config/types.ts";
import { nameObject } from "./names.ts";
import { literalText, renderBootstrapSql } from "./sql.ts";
import type { Row } from "./statement.ts";

/** What the statements of the bootstrap cannot do: it is told as comments after them. */
export function renderNotes(config: SnowflakeWarehouse, awsRole: string): string {
  const policy = JSON.stringify(buildTrustPolicy([]), null, 2);
  return `${renderSignInNote(config)}
/* The trust policy of ${awsRole}, once DESC INTEGRATION has told what stands between < and >:
${policy}
*/
`;
}

/** The statement that lets the user sign in, as a comment: its last value is for people to fill in. */
export function renderSignInNote(config: SnowflakeWarehouse): string {
  const how =
    config.auth.type === "workload_identity"
      ? "with the ARN of the AWS role that commands run with"
      : "with the public half of private_key, without its first and last line (openssl rsa -in key.pem -pubout)";
  return `-- How ${config.user} signs in, ${how}:\n-- ${renderSignIn(config)};`;
}

/** One of two, by what the environment says of signing in. */
export function renderSignIn({ user, auth }: SnowflakeWarehouse): string {
  const values = { user: nameObject(user) };
  return auth.type === "workload_identity"
    ? renderBootstrapSql("set-identity", { ...values, arn: literalText("<ARN>") })
    : renderBootstrapSql("set-public-key", { ...values, public_key: literalText("<public key>") });
}

/** @returns the trust policy of the AWS role, from what DESC INTEGRATION answers; its names where it has not yet */
export function buildTrustPolicy(answer: readonly Row[]): Record<string, unknown> {
  const find = (property: string) =>
    answer.find((row) => row.property === property)?.property_value ?? `<${property}>`;
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: find("STORAGE_AWS_IAM_USER_ARN") },
        Action: "sts:AssumeRole",
        Condition: { StringEquals: { "sts:ExternalId": find("STORAGE_AWS_EXTERNAL_ID") } },
      },
    ],
  };
}
