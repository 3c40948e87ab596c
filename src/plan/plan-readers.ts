import { hasOutlivedIntent } from "../days/request-life.ts";
import type { Reader } from "../lake/types.ts";
import { readGeneration } from "./read-generation.ts";
import { type Action, type DayFacts, followsExtract } from "./types.ts";

export interface ReadersInput {
  facts: DayFacts;
  extracts: boolean;
  hot: boolean;
  catalog: boolean;
  warehouse: boolean;
  storeNowMs: number | null;
  /** Whether somebody asked for the day again: then no head is believed that it is not hot. */
  again: boolean;
}

/** How catalog, hot and cold follow the head: each moves when it is behind, or when an extract makes it so. */
export function planReaders(input: ReadersInput): Action[] {
  const { facts, extracts, catalog, warehouse, storeNowMs } = input;
  if (facts.head === null && !extracts) return [];
  const actions: Action[] = [];
  const catalogReason = extracts ? followsExtract : findCatalogReason(facts, storeNowMs);
  if (catalog && catalogReason !== null) actions.push({ action: "register", reason: catalogReason });
  if (warehouse) actions.push(...planTables(input));
  return actions;
}

/** Hot and cold. */
function planTables(input: ReadersInput): Action[] {
  const { facts, extracts, hot } = input;
  const actions: Action[] = [];
  const reason = extracts ? followsExtract : null;
  if (hot && (reason || isBehind(facts, "hot"))) {
    actions.push({ action: "load", reason: reason ?? renderBehind(facts, "hot") });
  }
  if (reason || isBehind(facts, "cold")) {
    actions.push({ action: "refresh", reason: reason ?? renderBehind(facts, "cold") });
  }
  const pruneReason = hot ? null : findPruneReason(input);
  if (pruneReason !== null) actions.push({ action: "prune", reason: pruneReason });
  return actions;
}

/** A catalog cannot refuse a late request: where a run was cut short over the day, only pointing again makes sure. */
function findCatalogReason(facts: DayFacts, storeNowMs: number | null): string | null {
  if (isBehind(facts, "catalog")) return renderBehind(facts, "catalog");
  const isOver = ({ sinceMs }: { sinceMs: number }) =>
    storeNowMs !== null && hasOutlivedIntent(sinceMs, storeNowMs);
  return facts.head?.pointing.some(isOver) ? "a run that was pointing the catalog was cut short" : null;
}

/**
 * A load may have died before it could say that it came to be, and somebody may have deleted the ledger's row: where
 * the head does not exclude it, prune looks.
 */
function findPruneReason({ facts, again }: ReadersInput): string | null {
  if (readShown(facts, "hot") !== null) return "beyond retention and still hot";
  if (again) return "asked for again, and beyond retention";
  const mayBeHot = facts.head?.mayBeHot || (facts.head?.reached.hot ?? null) !== null;
  return mayBeHot ? "beyond retention, and it may be hot without the ledger's knowledge" : null;
}

/** What a reader shows of the day; the sequence tells how new its knowledge is. */
interface Shown {
  generation: string;
  /** null where it is not kept (catalog partitions). */
  sequence: number | null;
}

/** Rolled back and forth, a generation may come twice: a reader that knows an older sequence is behind as well. */
function isBehind(facts: DayFacts, reader: Reader): boolean {
  const { head } = facts;
  if (head === null) return false;
  const shown = readShown(facts, reader);
  if (shown?.generation !== head.generation) return true;
  return shown.sequence !== null && shown.sequence < head.sequence;
}

/** From the ledger and the partitions where a sweep read them, else as the head remembers it. */
function readShown({ head, ledger, partition }: DayFacts, reader: Reader): Shown | null {
  if (reader === "hot" && ledger !== undefined) {
    return buildShown(ledger?.hotGeneration ?? null, ledger?.hotSequence ?? null);
  }
  if (reader === "cold" && ledger !== undefined) {
    return buildShown(ledger?.coldGeneration ?? null, ledger?.coldSequence ?? null);
  }
  if (reader === "catalog" && partition !== undefined)
    return buildShown(readGeneration(partition ?? ""), null);
  return head?.reached[reader] ?? null;
}

function buildShown(generation: string | null, sequence: number | null): Shown | null {
  return generation === null ? null : { generation, sequence };
}

/** For messages. */
const places: Record<Reader, string> = { catalog: "the catalog", hot: "hot", cold: "cold" };

function renderBehind(facts: DayFacts, reader: Reader): string {
  const shown = readShown(facts, reader);
  const wanted = facts.head?.generation ?? "";
  return shown === null
    ? `${places[reader]} lacks generation ${wanted}`
    : `${places[reader]} shows generation ${shown.generation}, the head names ${wanted}`;
}
