import type { Day } from "../days/day.ts";
import type { FamilyName, ShardKind } from "../days/families.ts";
import type { Field } from "../days/schema.ts";
import { ShardliftError } from "../errors.ts";
import { buildSchema, type EraField } from "./era-fields.ts";
import { firebaseEventFields } from "./event-fields.ts";
import { ga4EventFields } from "./ga4-fields.ts";
import { ga360SessionFields } from "./ga360-fields.ts";
import { ga4PseudonymousUserFields, ga4UserFields } from "./user-fields.ts";

/** One schema of a family and the day from which Google exported it. */
export interface Era {
  name: string;
  first: Day;
}

interface EraHistory {
  /** Oldest first. */
  eras: readonly Era[];
  fields: readonly EraField[];
  /** Columns that intraday shards lack. */
  notIntraday: readonly string[];
}

const era = (name: string, first: string): Era => ({ name, first: first as Day });

const usersEras = [era("2026", "2023-06-01")];

const histories: Record<FamilyName, EraHistory> = {
  ga4_events: {
    eras: [
      era("2020", "2019-07-01"),
      era("2021", "2021-06-01"),
      era("2023", "2023-10-01"),
      era("2024", "2024-07-11"),
      era("2025", "2025-01-01"),
      era("2026", "2026-06-01"),
    ],
    fields: ga4EventFields,
    notIntraday: ["traffic_source", "user_ltv", "is_active_user"],
  },
  firebase_events: {
    eras: [
      era("v1", "2018-06-12"),
      era("v2", "2018-06-27"),
      era("v3", "2018-07-02"),
      era("v4", "2018-08-28"),
      era("v5", "2018-09-22"),
    ],
    fields: firebaseEventFields,
    notIntraday: ["traffic_source", "user_ltv"],
  },
  ga360_sessions: {
    eras: [era("2016-08", "2016-08-01"), era("2017-07", "2017-07-01")],
    fields: ga360SessionFields,
    notIntraday: [],
  },
  ga4_users: { eras: usersEras, fields: ga4UserFields, notIntraday: [] },
  ga4_pseudonymous_users: { eras: usersEras, fields: ga4PseudonymousUserFields, notIntraday: [] },
};

/** Names of a family's schema eras, oldest first. */
export function listEras(family: FamilyName): string[] {
  return histories[family].eras.map(({ name }) => name);
}

/** @returns the era a day of this family was exported in; days before the first one get the first. */
export function eraOf(family: FamilyName, day: Day): string {
  const { eras } = histories[family];
  return (eras.findLast(({ first }) => first <= day) ?? eras[0]!).name;
}

/** The schema of a shard, in BigQuery's form. Rejects an era the family never had. */
export function buildShardSchema(family: FamilyName, eraName: string, kind: ShardKind): Field[] {
  const { fields, notIntraday } = histories[family];
  const eras = listEras(family);
  if (!eras.includes(eraName)) {
    throw new ShardliftError("usage", {
      failed: `The family ${family} has no schema era ${eraName}.`,
      rule: `one of ${eras.join(", ")}`,
      received: eraName,
    });
  }
  const schema = buildSchema(fields, eras, eraName);
  return kind === "intraday" ? schema.filter(({ name }) => !notIntraday.includes(name)) : schema;
}
