import { expect, test } from "vitest";
import { parseCron } from "../../src/config/parse-cron.ts";
import { isFiringOften, pickFirstFiring } from "../../src/dags/first-firing.ts";

test.each([
  ["0 */3 * * *", true, "0 0 * * *"],
  ["15,45 6 * * *", true, "15 6 * * *"],
  ["5 8-18/2 * * 1-5", true, "5 8 * * 1-5"],
  ["20/20 7 * * *", true, "20 7 * * *"],
  ["@hourly", true, "0 0 * * *"],
  ["30 18,6 1 * *", true, "30 6 1 * *"],
  ["30 5 * * *", false, "30 5 * * *"],
  ["0 0/24 * * *", false, "0 0 * * *"],
  ["@daily", false, "0 0 * * *"],
  ["@weekly", false, "0 0 * * 0"],
])("%s fires several times a day: %s; its first firing is %s", (cron, isOften, first) => {
  expect([isFiringOften(cron), pickFirstFiring(cron)]).toEqual([isOften, first]);
  expect(parseCron(first)).toEqual({ value: first });
});
