import type { Day } from "../../../src/days/day.ts";
import { findBatch, type LakeView } from "./warehouse-files.ts";
import type { ColdFolder, HotBatch, TableState } from "./warehouse-tables.ts";

/** What a view shows of one day. */
export interface Shown {
  /** Those that the ledger names, whether they have rows or not. */
  generations: string[];
  /** Of the ledger's row; the lowest of several, null where it names nothing. */
  sequence: number | null;
  batches: HotBatch[];
  /** Registered files that are gone: whoever reads the day gets an error instead of rows. */
  missing: string[];
}

/** The folders behind `<table>_cold`: inventory and ledger joined, so two ledger rows of a day show its rows twice. */
export function joinCold({ ledger, cold }: TableState, isMeant: (day: Day) => boolean): ColdFolder[] {
  return ledger.flatMap(({ row }) =>
    isMeant(row.day)
      ? cold.filter(({ day, generation }) => day === row.day && generation === row.coldGeneration)
      : [],
  );
}

/** `<table>_cold`: the generation that the ledger calls cold. */
export function showCold(state: TableState, lake: LakeView, day: Day): Shown {
  const keys = joinCold(state, (own) => own === day).flatMap((folder) => folder.keys);
  const found = keys.map((key) => ({ key, batch: findBatch(lake, state.columns, key) }));
  return {
    ...findNamed(state, day, "cold"),
    batches: found.flatMap(({ batch }) => (batch === null || batch.day !== day ? [] : [batch])),
    missing: found.filter(({ batch }) => batch === null).map(({ key }) => key),
  };
}

/** `<table>_all`: the hot table's rows where the ledger says hot, else cold. No clock decides. */
export function showAll(state: TableState, lake: LakeView, day: Day): Shown {
  const named = findNamed(state, day, "hot");
  if (named.sequence === null) return showCold(state, lake, day);
  return { ...named, batches: state.hot.filter((batch) => batch.day === day), missing: [] };
}

function findNamed({ ledger }: TableState, day: Day, place: "hot" | "cold") {
  const named = ledger.flatMap(({ row }) => {
    const [generation, sequence] =
      place === "hot" ? [row.hotGeneration, row.hotSequence] : [row.coldGeneration, row.coldSequence];
    return row.day === day && generation !== null ? [{ generation, sequence: sequence ?? 0 }] : [];
  });
  return {
    generations: [...new Set(named.map(({ generation }) => generation))],
    sequence: named.length === 0 ? null : Math.min(...named.map(({ sequence }) => sequence)),
  };
}
