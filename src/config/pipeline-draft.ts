import type { FamilyName, ShardKind } from "../days/families.ts";
import type { Finding } from "./issue.ts";
import type { ColumnPath, TableName } from "./types.ts";

/** Checked values of a pipeline file; whatever is wrong by itself is missing here. */
export interface PipelineDraft {
  name?: string;
  owner?: string;
  families?: (FamilyDraft | undefined)[];
  lookback?: number;
  retention?: number;
  columns?: { drop?: (ColumnPath | undefined)[]; hash?: (ColumnPath | undefined)[] };
  filter?: (Record<string, unknown> | undefined)[];
}

export interface FamilyDraft {
  family?: FamilyName;
  table?: TableName;
  shards?: (ShardKind | undefined)[];
}

/** What ties the keys of one pipeline together; `expectedName` is its file's name without the ending. */
export type PipelineRule = (draft: PipelineDraft, expectedName: string) => Finding[];
