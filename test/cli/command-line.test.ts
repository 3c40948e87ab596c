import { describe, expect, test } from "vitest";
import { command } from "../support/command.ts";

describe("the command line", () => {
  test("suggests what was meant", async () => {
    const said = await command({ folder: "." }, ["recncile"]);
    expect(said.exitCode).toBe(64);
    expect(said.stderr).toContain("Did you mean reconcile?");
  });

  test("shows examples for every command", async () => {
    const help = await command({ folder: "." }, ["--help"]);
    expect(help.exitCode).toBe(0);
    const names = [...help.stdout.matchAll(/^ {2}([a-z][a-z-]+) \[options\]/gm)].map((match) => match[1]!);
    expect(names).toHaveLength(26);
    for (const name of names) {
      const { stdout } = await command({ folder: "." }, [name, "--help"]);
      expect(stdout).toContain(`  $ shardlift ${name}`);
    }
  });
});
