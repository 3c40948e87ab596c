/** What the double needs of a request, as proto-loader hands it over. */
export interface CreateRequest {
  parent: string;
  readSession: {
    table: string;
    dataFormat: string;
    tableModifiers: { snapshotTime: { seconds: string; nanos: number } | null } | null;
    readOptions: {
      selectedFields: string[];
      rowRestriction: string;
      arrowSerializationOptions: { bufferCompression: string } | null;
    } | null;
  } | null;
  maxStreamCount: number;
}

export interface ReadRequest {
  readStream: string;
  /** int64 */
  offset: string;
}
