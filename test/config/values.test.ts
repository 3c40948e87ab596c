import { describe, expect, test } from "vitest";
import { parseCron } from "../../src/config/parse-cron.ts";
import { parseDayCount, parseDurationMs, renderDuration } from "../../src/config/parse-duration.ts";
import { parseSecretReference } from "../../src/config/parse-secret-reference.ts";
import { parseSizeBytes, renderSize } from "../../src/config/parse-size.ts";
import { parseTimeZone } from "../../src/config/parse-time-zone.ts";

const anyTime = { minMs: 0, maxMs: Number.MAX_SAFE_INTEGER };
const anySize = { minBytes: 0, maxBytes: Number.MAX_SAFE_INTEGER };

describe("a length of time", () => {
  test.each([
    ["90 seconds", 90_000],
    ["1 minute", 60_000],
    ["2 minutes", 120_000],
    ["36 hours", 129_600_000],
    ["10 days", 864_000_000],
    ["2 weeks", 1_209_600_000],
    ["10days", 864_000_000],
  ])("reads %j", (text, ms) => {
    expect(parseDurationMs(text, anyTime)).toEqual({ value: ms });
  });

  test.each([
    ["10d", 'write "10 days"'],
    ["1d", 'write "1 day"'],
    ["36H", 'write "36 hours"'],
    ["5 min", 'write "5 minutes"'],
    ["30s", 'write "30 seconds"'],
    ["10", 'write it like "36 hours"'],
    ["1 month", 'write it like "36 hours"'],
    ["-1 days", 'write it like "36 hours"'],
    ["1.5 hours", 'write it like "36 hours"'],
    ["1  day", 'write it like "36 hours"'],
    [" 1 day", 'write it like "36 hours"'],
    ["1 day\n", 'write it like "36 hours"'],
    ["٣ days", 'write it like "36 hours"'],
    ["", 'write it like "36 hours"'],
    ["9999999999 days", 'write it like "36 hours"'],
  ])("refuses %j and says what to write", (text, remedy) => {
    expect(parseDurationMs(text, anyTime)).toEqual({
      problem: {
        failed: "is not a length of time",
        rule: "a whole number and a unit: seconds, minutes, hours, days or weeks",
        remedy,
      },
    });
  });

  test("keeps to its limits, both included", () => {
    const limits = { minMs: 60_000, maxMs: 3_600_000 };
    expect(parseDurationMs("1 minute", limits)).toEqual({ value: 60_000 });
    expect(parseDurationMs("60 minutes", limits)).toEqual({ value: 3_600_000 });
    const rule = "between 1 minute and 1 hour";
    expect([parseDurationMs("59 seconds", limits), parseDurationMs("61 minutes", limits)]).toEqual([
      { problem: { failed: "is too short", rule, remedy: "write 1 minute, or something between" } },
      { problem: { failed: "is too long", rule, remedy: "write 1 hour, or something between" } },
    ]);
  });

  test("of days is a whole number of them", () => {
    const limits = { min: 1, max: 30 };
    expect(["1 day", "2 weeks", "48 hours"].map((text) => parseDayCount(text, limits))).toEqual([
      { value: 1 },
      { value: 14 },
      { value: 2 },
    ]);
    expect(parseDayCount("36 hours", limits)).toMatchObject({
      problem: { failed: "is not a number of days" },
    });
    expect(parseDayCount("31 days", limits)).toMatchObject({ problem: { failed: "is too long" } });
  });

  test.each([
    [1_000, "1 second"],
    [90_000, "90 seconds"],
    [7_200_000, "2 hours"],
    [86_400_000, "1 day"],
    [0, "0 seconds"],
  ])("of %i ms is told in its largest whole unit", (ms, text) => {
    expect(renderDuration(ms)).toBe(text);
  });
});

describe("a size", () => {
  test.each([
    ["1 GB", 1_000_000_000],
    ["400 MB", 400_000_000],
    ["400MB", 400_000_000],
    ["2 TB", 2_000_000_000_000],
    ["1.5 GiB", 1_610_612_736],
    ["0.001 kB", 1],
    ["12 B", 12],
  ])("reads %j", (text, bytes) => {
    expect(parseSizeBytes(text, anySize)).toEqual({ value: bytes });
  });

  test.each([
    ["1 gb", 'write "1 GB"'],
    ["1 Gib", 'write "1 GiB"'],
    ["1 G", 'write it like "400 MB"'],
    ["1,5 GB", 'write it like "400 MB"'],
    ["1e9 B", 'write it like "400 MB"'],
    ["GB", 'write it like "400 MB"'],
    ["1 constructor", 'write it like "400 MB"'],
    ["", 'write it like "400 MB"'],
  ])("refuses %j and says what to write", (text, remedy) => {
    expect(parseSizeBytes(text, anySize)).toMatchObject({ problem: { failed: "is not a size", remedy } });
  });

  test("keeps to its limits", () => {
    const limits = { minBytes: 1e6, maxBytes: 1e9 };
    const rule = "between 1 MB and 1 GB";
    expect([parseSizeBytes("999 kB", limits), parseSizeBytes("1001 MB", limits)]).toEqual([
      { problem: { failed: "is too small", rule, remedy: "write 1 MB, or something between" } },
      { problem: { failed: "is too large", rule, remedy: "write 1 GB, or something between" } },
    ]);
  });

  test("is told in the largest decimal unit", () => {
    expect([0, 999, 1_500, 4e8, 16e12].map(renderSize)).toEqual([
      "0 B",
      "999 B",
      "1.5 kB",
      "400 MB",
      "16 TB",
    ]);
  });
});

describe("a schedule", () => {
  test.each([
    "0 */3 * * *",
    "* * * * *",
    "0,30 8-18 * * mon-fri",
    "5 4 1 JAN,jul *",
    "0 0 * * 7",
    "10-50/20 0 31 12 0",
    "@daily",
    "@hourly",
  ])("may be %j", (text) => {
    expect(parseCron(text)).toEqual({ value: text });
  });

  test.each([
    ["* * * *", "is not a schedule (fields: 4, not 5)"],
    ["* * * * * *", "is not a schedule (fields: 6, not 5)"],
    ["*  * * * *", "is not a schedule (fields: 6, not 5)"],
    ["@once", "is not a schedule (fields: 1, not 5)"],
    ["60 * * * *", "is not a schedule (minute: 0-59)"],
    ["-1 * * * *", "is not a schedule (minute: 0-59)"],
    ["* 24 * * *", "is not a schedule (hour: 0-23)"],
    ["* 8-6 * * *", "is not a schedule (hour: 0-23)"],
    ["* 1-2-3 * * *", "is not a schedule (hour: 0-23)"],
    ["* */0 * * *", "is not a schedule (hour: 0-23)"],
    ["* */3/2 * * *", "is not a schedule (hour: 0-23)"],
    ["* * 0 * *", "is not a schedule (day of the month: 1-31)"],
    ["* * * 13 *", "is not a schedule (month: 1-12)"],
    ["* * * foo *", "is not a schedule (month: 1-12)"],
    ["* * * * 8", "is not a schedule (day of the week: 0-7)"],
    ["* * * * mon,,tue", "is not a schedule (day of the week: 0-7)"],
    ["; rm -rf / ;", "is not a schedule (minute: 0-59)"],
  ])("may not be %j", (text, failed) => {
    expect(parseCron(text)).toMatchObject({ problem: { failed } });
  });
});

describe("a time zone", () => {
  test.each([
    "Europe/Berlin",
    "UTC",
    "America/Argentina/Buenos_Aires",
    "Asia/Calcutta",
    "US/Pacific",
    "Etc/GMT+5",
  ])("may be %j", (text) => {
    expect(parseTimeZone(text)).toEqual({ value: text });
  });

  test.each([
    ["Europe/Berlim", 'did you mean "Europe/Berlin"?'],
    ["europe/berlin", 'did you mean "Europe/Berlin"?'],
    ["Europe/berlin", 'did you mean "Europe/Berlin"?'],
    ["Berlin", 'did you mean "Europe/Berlin"?'],
    ["New York", 'did you mean "America/New_York"?'],
    ["utc", 'did you mean "UTC"?'],
    ["EST", 'did you mean "America/Panama"?'],
    ["+02:00", "the list is at"],
    ["Mars/Olympus", "the list is at"],
    ["Europe/Berlin ", 'did you mean "Europe/Berlin"?'],
    ["Еurope/Berlin", 'did you mean "Europe/Berlin"?'],
    ["../etc/passwd", "the list is at"],
    ["", "the list is at"],
  ])("may not be %j", (text, advice) => {
    const parsed = parseTimeZone(text);
    expect(parsed).toMatchObject({ problem: { failed: "is not a time zone" } });
    expect("problem" in parsed && parsed.problem.remedy.startsWith(advice)).toBe(true);
  });
});

describe("a reference to a secret", () => {
  test("names a variable or a file", () => {
    expect(parseSecretReference("env:SHARDLIFT_HASH_KEY")).toEqual({
      value: { from: "env", name: "SHARDLIFT_HASH_KEY" },
    });
    expect(parseSecretReference("file:./secrets/hash key")).toEqual({
      value: { from: "file", path: "./secrets/hash key" },
    });
  });

  test.each([
    "hunter2hunter2",
    "env:",
    "env:hunter2-hunter2",
    "env:1hunter2",
    "file:",
    "file:hunter2\n",
    "ENV:hunter2",
    "vault:hunter2",
  ])("is not %j, and the answer does not repeat it", (text) => {
    const parsed = parseSecretReference(text);
    expect(parsed).toMatchObject({ problem: { failed: "is not a reference to a secret" } });
    expect(JSON.stringify(parsed)).not.toContain("hunter2");
  });

  test("to AWS is the secret's whole ARN", () => {
    const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shardlift/key-AbCdEf";
    expect(parseSecretReference(`aws-secret:${arn}`)).toEqual({ value: { from: "aws-secret", arn } });
    expect(parseSecretReference("aws-secret:hunter2")).toEqual({
      problem: {
        failed: "does not name a secret by its ARN",
        rule: "env:NAME, file:PATH or aws-secret:ARN; a secret's value never stands in a configuration file",
        remedy: "write the whole ARN, with account and region: aws secretsmanager list-secrets shows it",
      },
    });
  });
});
