import {
  Annotations,
  type App,
  AspectPriority,
  Aspects,
  CfnResource,
  type IAspect,
  TagManager,
  Tags,
} from "aws-cdk-lib/core";
import type { IConstruct } from "constructs";
import type { Settings } from "./read-settings.ts";

/** Whose the costs are: no settings file goes without. */
export const requiredTags = ["team", "cost_centre"] as const;

/** The settings' tags, and what the resources are of. */
export function buildCostTags({ tags, environment }: Settings): Record<string, string> {
  return { ...tags, application: "shardlift", environment };
}

/** Puts the tags on everything that can bear them, and refuses to synthesise where one is missing. */
export function addCostTags(app: App, settings: Settings): void {
  const tags = buildCostTags(settings);
  for (const [key, value] of Object.entries(tags)) Tags.of(app).add(key, value);
  Aspects.of(app).add(createTagCheck(Object.keys(tags)), { priority: AspectPriority.READONLY });
}

/** An aspect that makes an error of each resource that could bear a tag and does not. */
export function createTagCheck(keys: readonly string[]): IAspect {
  return {
    visit(node: IConstruct) {
      if (!CfnResource.isCfnResource(node)) return;
      const tags = TagManager.of(node)?.tagValues();
      if (tags === undefined) return;
      const missing = keys.filter((key) => tags[key] === undefined);
      if (missing.length > 0) {
        Annotations.of(node).addError(`${node.cfnResourceType} lacks the cost tags ${missing.join(", ")}`);
      }
    },
  };
}
