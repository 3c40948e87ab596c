import type { Day } from "../days/day.ts";
import { type FamilyName, families, familyNames } from "../days/families.ts";
import { parseLine } from "./fields.ts";
import type { Parsed, Problem } from "./issue.ts";
import { parseConfigName, parseDataset, parseProject, parseSchemaName } from "./parse-names.ts";
import { parseTimeZone } from "./parse-time-zone.ts";
import { parseStart } from "./pipeline-schema.ts";
import { renderChoice } from "./suggest.ts";

/** What a first pipeline is made of. */
export interface InitAnswers {
  name: string;
  owner: string;
  dataset: string;
  project: string | null;
  timeZone: string;
  start: Day | null;
  families: FamilyName[];
  /** Schema of the warehouse that the tables go into. */
  schema: string;
}

/** One question of `init`; the same answer can be given by the flag. */
export interface InitQuestion<Key extends keyof InitAnswers = keyof InitAnswers> {
  key: Key;
  /** Without the two hyphens. */
  flag: string;
  text: string;
  /** Offered where nothing is answered; null: an answer is needed. */
  fallback: string | null;
  parse(text: string): Parsed<InitAnswers[Key]>;
}

type AnyQuestion = { [Key in keyof InitAnswers]: InitQuestion<Key> }[keyof InitAnswers];

export const initQuestions: readonly AnyQuestion[] = [
  { key: "name", flag: "name", text: "Name of the pipeline", fallback: null, parse: parseConfigName },
  { key: "owner", flag: "owner", text: "Who is asked when it fails", fallback: null, parse: parseOwner },
  {
    key: "dataset",
    flag: "dataset",
    text: "BigQuery dataset of the property",
    fallback: null,
    parse: parseDataset,
  },
  {
    key: "project",
    flag: "project",
    text: "Google Cloud project (empty: none)",
    fallback: "",
    parse: orNull(parseProject),
  },
  {
    key: "timeZone",
    flag: "time-zone",
    text: "Reporting time zone of the property",
    fallback: null,
    parse: parseTimeZone,
  },
  {
    key: "start",
    flag: "start",
    text: "First day to load (empty: all)",
    fallback: "",
    parse: orNull(parseStart),
  },
  {
    key: "families",
    flag: "families",
    text: `What to take, separated by commas (${familyNames.join(", ")})`,
    fallback: "ga4_events",
    parse: parseFamilies,
  },
  {
    key: "schema",
    flag: "schema",
    text: "Schema of the warehouse's tables",
    fallback: "analytics",
    parse: parseSchemaName,
  },
];

function parseOwner(text: string): Parsed<string> {
  return parseLine(text, "an owner");
}

function orNull<T>(parse: (text: string) => Parsed<T>): (text: string) => Parsed<T | null> {
  return (text) => (text === "" ? { value: null } : parse(text));
}

/** Families of one property, each once; two that read the same shards are refused here already. */
function parseFamilies(text: string): Parsed<FamilyName[]> {
  const named = text.split(",").map((name) => name.trim());
  const unknown = named.find((name) => !isFamilyName(name));
  const rule = `one or more of ${familyNames.join(", ")}, each reading shards of its own`;
  if (unknown !== undefined) {
    return {
      problem: { failed: "names an unknown family", rule, remedy: renderChoice(unknown, familyNames) },
    };
  }
  const chosen = named.filter(isFamilyName);
  const shards = new Set(chosen.map((name) => families[name].shards.daily));
  if (shards.size === chosen.length) return { value: chosen };
  return { problem: { failed: "names the same shards twice", rule, remedy: "leave one of them out" } };
}

function isFamilyName(text: string): text is FamilyName {
  return (familyNames as string[]).includes(text);
}

/** Answers as they were typed or given by flags, by key. */
export type InitTexts = Partial<Record<keyof InitAnswers, string>>;

/** @returns the answers, or what is wrong with each that is wrong. */
export function parseInitAnswers(
  texts: InitTexts,
): { answers: InitAnswers } | { problems: { question: AnyQuestion; problem: Problem }[] } {
  const parsed = initQuestions.map((question) => ({
    question,
    result: parseAnswer(question, texts[question.key]),
  }));
  const problems = parsed.flatMap(({ question, result }) =>
    "problem" in result ? [{ question, problem: result.problem }] : [],
  );
  if (problems.length > 0) return { problems };
  const answers = parsed.map(({ question, result }) => [
    question.key,
    "value" in result ? result.value : null,
  ]);
  return { answers: Object.fromEntries(answers) as InitAnswers };
}

function parseAnswer(question: AnyQuestion, text: string | undefined): Parsed<unknown> {
  const given = text?.trim() || question.fallback;
  if (given !== null) return question.parse(given);
  const rule = "an answer is needed";
  return { problem: { failed: "is missing", rule, remedy: `give it with --${question.flag}` } };
}
