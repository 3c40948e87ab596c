/** Runs a command line without the leading `shardlift`; gives its exit code. */
export type CallCommand = (args: readonly string[]) => Promise<number>;
