import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { listCopies, readDockerfile } from "./read-dockerfile.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const text = readFileSync(join(root, "Dockerfile"), "utf8");
const stages = readDockerfile(text);
const last = stages.at(-1)!;

/** Words of the stage's last instruction of a name. */
function find(name: string): string[] {
  return last.findLast((instruction) => instruction.name === name)?.words ?? [];
}

describe("the image", () => {
  test("copies what is there, and what .dockerignore lets through", () => {
    const lines = readFileSync(join(root, ".dockerignore"), "utf8").split("\n");
    const wanted = stages
      .flatMap(listCopies)
      .filter(({ from }) => from === null)
      .flatMap(({ sources }) => sources);
    expect(wanted.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(wanted.filter((path) => !lines.includes(`!${path}`))).toEqual([]);
    expect(lines[0]).toBe("*");
  });

  test("holds what the package lists and what it depends on, and nothing else", () => {
    const { files, bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const copied = listCopies(last).map(({ to }) => to);
    const folders = files.filter((name: string) => !name.startsWith("!"));
    expect(copied.toSorted()).toEqual([...folders, "./", "node_modules"].toSorted());
    expect(find("ENTRYPOINT").join(" ")).toBe(`["node", "/opt/shardlift/${bin.shardlift}"]`);
  });

  test("leaves the workspace's second Node behind, which pruning would keep", () => {
    const { workspaces } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(workspaces).toEqual(["tools/node"]);
    expect(text).toMatch(/^RUN npm pkg delete workspaces && npm prune --omit=dev/m);
  });

  test("needs no place to write but /tmp, which keeps its rights where it is mounted", () => {
    expect(find("VOLUME").join(" ")).toBe('["/tmp"]');
    expect(find("WORKDIR")).toEqual(["/tmp"]);
  });

  test("runs as nobody in particular, with the program as a list that no shell reads", () => {
    expect(find("USER")).toEqual(["node"]);
    expect(last.filter(({ name }) => name === "CMD" || name === "RUN" || name === "ADD")).toEqual([]);
  });

  test("is of one Node that the package accepts, in both stages", () => {
    const images = stages.map(([from]) => from!.words[0]);
    expect(new Set(images).size).toBe(1);
    const major = Number(/^node:(\d+)-/.exec(images[0]!)?.[1]);
    expect(major).toBeGreaterThanOrEqual(24);
  });

  test("sets no variable that is anybody's secret, and fetches packages by the lock file without their scripts", () => {
    expect(stages.flat().filter(({ name }) => name === "ENV")).toEqual([
      { name: "ENV", words: ["NODE_ENV=production", "HOME=/tmp"] },
    ]);
    expect(text).not.toMatch(/^ARG/m);
    expect(text).toContain("npm ci --ignore-scripts");
    expect(text).not.toContain("npm install");
  });
});
