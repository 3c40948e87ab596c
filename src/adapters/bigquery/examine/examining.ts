import type { Doing } from "../known-errors.ts";
import type { Reading } from "../source.ts";
import type { TableMetadata } from "../table.ts";

/** What each step knows. */
export interface Examining extends Reading {
  doing: Doing;
  /** `project.dataset` */
  place: string;
  dataset: string;
}

/** The newest shard, which stands for all: rights are granted on the dataset. */
export interface NewestTable {
  name: string;
  found: TableMetadata;
}

/** A step and what is tried in it; what it resolves with is told to people. */
export type TableLook = readonly [step: string, look: (newest: NewestTable) => Promise<string>];
