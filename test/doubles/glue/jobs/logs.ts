import { AwsError } from "../errors.ts";
import type { Operations } from "../operations.ts";

interface LogEvent {
  timestamp: number;
  message: string;
}

/** Events by group and stream, oldest first. */
export type LogStore = Map<string, Map<string, LogEvent[]>>;

export function writeLog(logs: LogStore, group: string, stream: string, event: LogEvent): void {
  const streams = logs.get(group) ?? new Map<string, LogEvent[]>();
  logs.set(group, streams);
  streams.set(stream, [...(streams.get(stream) ?? []), event]);
}

/** CloudWatch Logs, as far as somebody reads a run's last lines there. */
export function createLogOperations(logs: LogStore): Operations {
  const find = (group: unknown) => {
    const found = logs.get(String(group));
    if (found === undefined) throw miss("log group");
    return found;
  };
  return {
    DescribeLogStreams({ logGroupName, logStreamNamePrefix = "", limit = 50 }) {
      const names = [...find(logGroupName).keys()].filter((name) =>
        name.startsWith(String(logStreamNamePrefix)),
      );
      const logStreams = names
        .sort()
        .slice(0, Number(limit))
        .map((logStreamName) => ({ logStreamName }));
      return { logStreams };
    },
    GetLogEvents({ logGroupName, logStreamName, limit = 10_000, startFromHead = false }) {
      const events = find(logGroupName).get(String(logStreamName));
      if (events === undefined) throw miss("log stream");
      const count = Number(limit);
      return { events: startFromHead === true ? events.slice(0, count) : events.slice(-count) };
    },
  };
}

function miss(what: string): AwsError {
  return new AwsError("ResourceNotFoundException", `The specified ${what} does not exist.`);
}
