import { unknownStatement } from "../errors.ts";

export type TokenKind = "space" | "text" | "name" | "word" | "number" | "bind" | "sign";

export interface Token {
  kind: TokenKind;
  text: string;
}

const shapes: [TokenKind, RegExp][] = [
  ["space", /^(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)/],
  ["text", /^'(?:[^'\\]|''|\\[\s\S])*'/],
  ["text", /^\$\$[\s\S]*?\$\$/],
  ["name", /^"(?:[^"]|"")+"/],
  ["bind", /^:\d+/],
  ["bind", /^\?/],
  ["word", /^(?:[A-Za-z_][\w$]*|\$\d+)/],
  ["number", /^(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/],
  ["sign", /^(?:::|=>|->|<>|!=|>=|<=|\|\||[-+*/%=<>().,:;[\]{}])/],
];

/** @throws SnowflakeError where the text has a sign that Snowflake's SQL has not */
export function readTokens(sql: string): Token[] {
  const tokens: Token[] = [];
  for (let rest = sql; rest !== ""; ) {
    const found = shapes.flatMap(([kind, shape]) => {
      const text = shape.exec(rest)?.[0];
      return text === undefined ? [] : [{ kind, text }];
    })[0];
    if (found === undefined) throw unknownStatement(sql, `unexpected '${rest[0]}'`);
    tokens.push(found);
    rest = rest.slice(found.text.length);
  }
  return tokens;
}

const escapes: Record<string, string> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", "0": "\0" };

/** The value of a text literal: unlike in standard SQL a backslash is an escape. */
export function parseText(literal: string): string {
  if (literal.startsWith("$$")) return literal.slice(2, -2);
  return literal
    .slice(1, -1)
    .replace(/''|\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\([\s\S])/g, (whole, unicode, hex, one) => {
      if (whole === "''") return "'";
      if (unicode ?? hex) return String.fromCharCode(Number.parseInt(unicode ?? hex, 16));
      return escapes[one] ?? one;
    });
}

/** Splits a list at its commas, those inside brackets and texts left alone. */
export function splitList(sql: string): string[] {
  const parts: string[] = [""];
  let depth = 0;
  for (const { kind, text } of readTokens(sql)) {
    if (kind === "sign" && "([{".includes(text)) depth += 1;
    if (kind === "sign" && ")]}".includes(text)) depth -= 1;
    if (kind === "sign" && text === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += text;
  }
  return parts.map((part) => part.trim());
}
