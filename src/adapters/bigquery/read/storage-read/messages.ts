/** What we say and hear of Google's BigQueryRead, in the form in which its client package hands it over. */

export interface SessionRequest {
  /** `projects/shop-prod`: the one that is billed. */
  parent: string;
  readSession: {
    /** `projects/p/datasets/d/tables/t` */
    table: string;
    dataFormat: "ARROW";
    /** As of when the table is read, whatever becomes of it meanwhile. */
    tableModifiers: { snapshotTime: { seconds: number; nanos: number } };
    readOptions: {
      /** Top-level columns. */
      selectedFields: string[];
      arrowSerializationOptions: { bufferCompression: "ZSTD" };
    };
  };
  maxStreamCount: number;
}

export interface ReadSession {
  name: string;
  arrowSchema: { serializedSchema: Buffer } | null;
  /** None where the table has no rows. */
  streams: { name: string }[];
}

export interface ReadRowsAnswer {
  /** int64 */
  rowCount: string;
  arrowRecordBatch: { serializedRecordBatch: Buffer } | null;
}
