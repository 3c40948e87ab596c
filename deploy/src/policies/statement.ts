import { Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";

/** One statement of a policy, as IAM has it, and why it is there: no star goes without. */
export interface Statement {
  why: string;
  effect?: "Allow" | "Deny";
  actions: readonly string[];
  resources: readonly string[];
  conditions?: Record<string, Record<string, string | readonly string[]>>;
}

export function buildPolicyStatement({ effect, actions, resources, conditions }: Statement): PolicyStatement {
  return new PolicyStatement({
    effect: effect === "Deny" ? Effect.DENY : Effect.ALLOW,
    actions: [...actions],
    resources: [...resources],
    ...(conditions === undefined ? {} : { conditions }),
  });
}
