export interface Instruction {
  name: string;
  /** Words after it; flags such as `--from=build` among them. */
  words: string[];
}

/** The stages of a Dockerfile, each with its instructions; lines that go on are not read. */
export function readDockerfile(text: string): Instruction[][] {
  const stages: Instruction[][] = [];
  for (const line of text.split("\n")) {
    const [name = "", ...words] = line.trim().split(/\s+/);
    if (name === "" || name.startsWith("#")) continue;
    if (name === "FROM") stages.push([]);
    stages.at(-1)?.push({ name, words });
  }
  return stages;
}

/** What a stage copies: sources, where to, and the stage they come from; null: the build's context. */
export function listCopies(
  stage: readonly Instruction[],
): { from: string | null; sources: string[]; to: string }[] {
  return stage
    .filter(({ name }) => name === "COPY")
    .map(({ words }) => {
      const paths = words.filter((word) => !word.startsWith("--"));
      const from = words.find((word) => word.startsWith("--from="))?.slice("--from=".length) ?? null;
      return { from, sources: paths.slice(0, -1), to: paths.at(-1)! };
    });
}
