import { Validations } from "aws-cdk-lib/core";
import type { IConstruct } from "constructs";
import type { Statement } from "./policies/statement.ts";

/** Tells cdk-nag why a rule of its does not hold here. @param reasons by the rule's id */
export function acknowledge(construct: IConstruct, reasons: Record<string, string>): void {
  for (const [id, reason] of Object.entries(reasons)) Validations.of(construct).acknowledge({ id, reason });
}

/** Every resource with a star in it is told to cdk-nag by the reason that its statement gives. */
export function acknowledgeStars(construct: IConstruct, statements: readonly Statement[]): void {
  for (const { effect, resources, why } of statements) {
    if (effect === "Deny") continue;
    const starred = resources.filter((resource) => resource.includes("*"));
    acknowledge(
      construct,
      Object.fromEntries(starred.map((arn) => [`AwsSolutions-IAM5[Resource::${arn}]`, why])),
    );
  }
}
