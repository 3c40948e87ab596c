import { closing, next } from "./find-relations.ts";
import type { Token } from "./tokens.ts";

export function readMemberName(token: Token | undefined): string | null {
  if (token?.kind === "name") return token.text.slice(1, -1).replaceAll('""', '"');
  return token?.kind === "word" ? token.text : null;
}

/** A path begins with a colon; `inside` of one a dot goes on with it. */
export function readPath(
  tokens: readonly Token[],
  from: number,
  where: "begin" | "inside" = "begin",
): { steps: (string | number)[]; end: number } {
  const steps: (string | number)[] = [];
  let end = from;
  for (;;) {
    const sign = tokens[end]?.kind === "sign" ? tokens[end]?.text : undefined;
    const name = readMemberName(tokens[end + 1]);
    if ((sign === ":" || (sign === "." && (where === "inside" || steps.length > 0))) && name !== null) {
      steps.push(name);
      end += 2;
    } else if (sign === "[" && tokens[end + 1]?.kind === "number" && tokens[end + 2]?.text === "]") {
      steps.push(Number(tokens[end + 1]!.text));
      end += 3;
    } else return { steps, end };
  }
}

export function readType(tokens: readonly Token[], at: number): { text: string; end: number } {
  const open = next(tokens, at + 1);
  if (tokens[open]?.text !== "(") return { text: tokens[at]?.text ?? "", end: at + 1 };
  const end = closing(tokens, open + 1) + 1;
  return {
    text: tokens
      .slice(at, end)
      .map(({ text }) => text)
      .join(""),
    end,
  };
}
