import type api from "@google-cloud/bigquery/build/src/types.js";

/** Shapes of the REST API as the client package declares them: what the double answers is checked against them. */
export type ApiTable = api.default.ITable;
export type ApiTableList = api.default.ITableList;
export type ApiField = api.default.ITableFieldSchema;
export type ApiDataset = api.default.IDataset;
export type ApiJob = api.default.IJob;
export type ApiExtract = api.default.IJobConfigurationExtract;
export type ApiErrorProto = api.default.IErrorProto;
