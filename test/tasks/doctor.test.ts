import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/errors.ts";
import { chooseExitCode } from "../../src/tasks/doctor.ts";

const well = { ok: true };
const untried = { ok: false };
const failed = (code: ErrorCode) => ({ ok: false, code });

describe("doctor's exit code", () => {
  test.each([
    ["0 where all is well", [well, well], 0],
    ["69 where only the outside failed, whatever was not tried then", [well, failed("outside"), untried], 69],
    ["64 where a person has to mend something", [failed("config"), untried], 64],
    ["64 where both are to be seen: coming again is not enough", [failed("outside"), failed("config")], 64],
    ["64 for what nobody knows", [failed("bug")], 64],
  ])("is %s", (_, steps, code) => {
    expect(chooseExitCode(steps)).toBe(code);
  });
});
