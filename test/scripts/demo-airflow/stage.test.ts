import { expect, test } from "vitest";
import { createSchedules, insist } from "../../../scripts/demo-airflow/stage.ts";
import { parseCron } from "../../../src/config/parse-cron.ts";

test("schedules fire a minute after each other, over midnight too, and are such as pipelines may have", () => {
  const next = createSchedules(Date.parse("2026-11-24T00:08:30Z"), 10);
  const schedules = [next(), next(), next()];
  expect(schedules).toEqual(["58 23 * * *", "59 23 * * *", "0 0 * * *"]);
  for (const schedule of schedules) expect(parseCron(schedule)).toEqual({ value: schedule });
});

test("what is not as the story has it ends the demo", () => {
  expect(() => insist(false, "two runs")).toThrow("the demo is not as it should be: two runs");
  expect(() => insist(true, "two runs")).not.toThrow();
});
