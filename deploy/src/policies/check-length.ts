import { ShardliftError } from "../../../src/errors.ts";
import type { Statement } from "./statement.ts";

/** Of IAM, without white space: of a policy by itself, and of all that stands in one role. */
export const maxLengths = { managed: 6144, inline: 10_240 } as const;

/** Throws `config` where IAM would refuse the policy, which it does when much of the stack is made already. */
export function checkLength(
  name: string,
  kind: keyof typeof maxLengths,
  statements: readonly Statement[],
): void {
  const { length } = JSON.stringify(statements.map(({ why: _, ...statement }) => statement));
  const limit = maxLengths[kind];
  if (length <= limit) return;
  throw new ShardliftError("config", {
    failed: `The policy ${name} would be too long for IAM.`,
    rule: `at most ${limit} characters`,
    received: `about ${length}`,
    remedy: "name fewer sources, secrets and schemas, or make a second environment for some of them",
  });
}
