import type { Finding } from "../../src/config/issue.ts";
import { isTagKey } from "../../src/config/parse-aws-names.ts";
import { showValue } from "../../src/config/show-value.ts";
import { requiredTags } from "./cost-tags.ts";
import type { SettingsDraft } from "./settings-schema.ts";

/** What ties keys of a settings file together. */
export type SettingsRule = (draft: SettingsDraft) => Finding[];

/** GiB that Fargate has for so many cores, and their steps. */
export const memories: Record<number, { min: number; max: number; step: number }> = {
  1: { min: 2, max: 8, step: 1 },
  2: { min: 4, max: 16, step: 1 },
  4: { min: 8, max: 30, step: 1 },
  8: { min: 16, max: 60, step: 4 },
  16: { min: 32, max: 120, step: 8 },
};

function fargateHasTheSize({ runner }: SettingsDraft): Finding[] {
  if (runner?.cpu === undefined || runner.memory_gb === undefined) return [];
  const memory = memories[runner.cpu];
  if (memory === undefined) {
    const rule = `tasks of Fargate have ${Object.keys(memories).join(", ")} cores`;
    return [finding(["runner", "cpu"], "is no size of a task", rule, runner.cpu, "write one of them")];
  }
  const { min, max, step } = memory;
  if (runner.memory_gb >= min && runner.memory_gb <= max && (runner.memory_gb - min) % step === 0) return [];
  const rule = `with ${runner.cpu} cores: ${min} to ${max} GiB${step === 1 ? "" : `, in steps of ${step}`}`;
  return [
    finding(["runner", "memory_gb"], "does not go with cpu", rule, runner.memory_gb, `write ${min} or more`),
  ];
}

function costsHaveOwners({ tags }: SettingsDraft): Finding[] {
  if (tags === undefined) return [];
  const keys = Object.keys(tags);
  const missing = requiredTags.filter((key) => !keys.includes(key));
  return missing.map((key) =>
    finding(
      ["tags"],
      `lacks ${key}`,
      `tags name ${requiredTags.join(" and ")}`,
      keys.join(", "),
      `add ${key}`,
    ),
  );
}

/** AWS takes 50; three are set besides. */
const maxTags = 40;
const ownTags = ["application", "environment", "pipeline"];

function tagsAreTags({ tags }: SettingsDraft): Finding[] {
  const keys = Object.keys(tags ?? {});
  const wrong = keys.filter((key) => !isTagKey(key) || ownTags.includes(key.toLowerCase()));
  const rule = `letters, digits, spaces and _ . : / = + - @; ${ownTags.join(", ")} are set by themselves`;
  return [
    ...wrong.map((key) =>
      finding(["tags", key], "is not a key for a tag", rule, key, "name it otherwise", "key"),
    ),
    ...(keys.length > maxTags
      ? [finding(["tags"], "has too many tags", `at most ${maxTags} tags`, keys.length, "remove some")]
      : []),
  ];
}

/** One without the other would let anybody's Snowflake in, or nobody's. */
function trustIsWhole({ snowflake }: SettingsDraft): Finding[] {
  if (snowflake === undefined || (snowflake.user === undefined) === (snowflake.external_id === undefined))
    return [];
  const lacking = snowflake.user === undefined ? "user" : "external_id";
  const rule = "user and external_id come together, from DESC INTEGRATION; before that there is neither";
  return [
    finding(["snowflake"], `lacks ${lacking}`, rule, "one of the two", `add ${lacking}, or remove the other`),
  ];
}

/** Glue's bill and rights are the job's: without one nobody reads for it. */
function readersAreThere({ secrets, glue, airflow }: SettingsDraft): Finding[] {
  const there = { commands: true, glue: glue !== undefined, airflow: airflow !== undefined };
  return (secrets ?? []).flatMap((secret, at) =>
    (secret?.readers ?? [])
      .filter((reader) => reader !== undefined && !there[reader])
      .map((reader) =>
        finding(
          ["secrets", at, "readers"],
          "names a reader that is not there",
          `${reader} reads where there is ${reader}:`,
          reader,
          `remove it, or add ${reader}:`,
        ),
      ),
  );
}

/** A place where somebody is alone with the right to write must not be another's. */
function bucketsLieApart({ lake, sources, airflow }: SettingsDraft): Finding[] {
  if (lake?.bucket === undefined) return [];
  const others = [
    ...(sources ?? []).map((place, at) => ({ path: ["sources", at], place })),
    { path: ["airflow", "dags"], place: airflow?.dags },
  ];
  const within = others.filter(({ place }) => place?.startsWith(`s3://${lake.bucket}/`));
  const rule = "the lake's bucket is the lake's alone: its policy and its rules hold for all that is in it";
  return within.map(({ path, place }) =>
    finding(path, "lies in the lake's bucket", rule, place, "name another bucket"),
  );
}

function finding(
  path: Finding["path"],
  failed: string,
  rule: string,
  received: unknown,
  remedy: string,
  at: Finding["at"] = "value",
): Finding {
  return { path, at, failed, rule, received: showValue(received), remedy };
}

export const settingsRules: readonly SettingsRule[] = [
  fargateHasTheSize,
  costsHaveOwners,
  tagsAreTags,
  trustIsWhole,
  readersAreThere,
  bucketsLieApart,
];
