import { missEntity, refuseInput } from "../errors.ts";
import type { Operations } from "../operations.ts";

/** Tags by the ARN of what has them; what is not in here cannot be tagged. */
export type TagStore = Map<string, Record<string, string>>;

const maxTags = 50;

export function createTagOperations(tags: TagStore): Operations {
  const find = (arn: unknown) => {
    const found = tags.get(String(arn));
    if (found === undefined) throw missEntity(`Resource not found: ${arn}`);
    return found;
  };
  return {
    GetTags: ({ ResourceArn }) => ({ Tags: { ...find(ResourceArn) } }),
    TagResource({ ResourceArn, TagsToAdd }) {
      const added = checkTags(TagsToAdd as Record<string, string>);
      const all = { ...find(ResourceArn), ...added };
      if (Object.keys(all).length > maxTags) throw refuseInput("Number of tags exceeds the limit of 50");
      tags.set(String(ResourceArn), all);
      return {};
    },
    UntagResource({ ResourceArn, TagsToRemove }) {
      const gone = TagsToRemove as string[];
      const left = Object.entries(find(ResourceArn)).filter(([name]) => !gone.includes(name));
      tags.set(String(ResourceArn), Object.fromEntries(left));
      return {};
    },
  };
}

export function checkTags(tags: Record<string, string>): Record<string, string> {
  const form = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
  const bad = Object.entries(tags).find(
    ([name, value]) => !form.test(name) || !form.test(value) || name.startsWith("aws:"),
  );
  if (bad !== undefined) throw refuseInput(`Invalid tag: ${bad.join("=")}`);
  return tags;
}
