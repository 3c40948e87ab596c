/** A fenced block of a page. `sh` is run as it stands, `console` by its lines that begin with `$ `. */
export interface Block {
  /** Line of the opening fence, from 1. */
  line: number;
  tag: string;
  text: string;
  /** From `<!-- not run: reason -->` right before the block. */
  notRun: string | null;
  /** From `<!-- exits: 64 -->` right before the block; else 0. */
  exitCode: number;
}

const fence = /^([ \t]*)```([\w-]*)[^\n]*\n([\s\S]*?)^\1```[ \t]*$/gm;
const note = /<!--\s*(not run|exits):\s*([^>]*?)\s*-->\s*$/;

/** The fenced blocks of a Markdown page, in order. */
export function readBlocks(page: string): Block[] {
  return [...page.matchAll(fence)].map((match) => {
    const before = page.slice(0, match.index);
    const [, kind, value] = note.exec(before) ?? [];
    return {
      line: before.split("\n").length,
      tag: match[2]!,
      text: match[3]!.replaceAll(new RegExp(`^${match[1]}`, "gm"), ""),
      notRun: kind === "not run" ? value! : null,
      exitCode: kind === "exits" ? Number(value) : 0,
    };
  });
}

/** What bash is given for a block; null where the block shows no command. */
export function buildScript({ tag, text }: Block): string | null {
  if (tag === "sh") return text;
  return tag === "console" ? readPrompted(text) : null;
}

/** Lines after `$ `, with those that a backslash at the end continues; the rest is what the commands answer. */
function readPrompted(text: string): string {
  let continues = false;
  const lines = text.split("\n").filter((line) => {
    const isCommand = continues || line.startsWith("$ ");
    continues = isCommand && line.endsWith("\\");
    return isCommand;
  });
  return lines.map((line) => `${line.replace(/^\$ /, "")}\n`).join("");
}

/** Whether a block shows commands that its tag keeps from being run; `text` says that it is no command. */
export function hidesCommands({ tag, text }: Block): boolean {
  if (["bash", "shell", "zsh", "shell-session"].includes(tag)) return true;
  return tag === "" && /^\s*(\$ |(npm|npx|node|git|shardlift|docker|aws) )/m.test(text);
}
