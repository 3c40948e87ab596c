const maxShown = 80;
const maxCodePoints = 3;

/** Control, formatting and unassigned characters, and spaces that are no plain space: invisible or misleading. */
const invisible = /[\p{C}\p{Z}]/u;

/** Escapes what could move the cursor, reorder or hide text; other scripts stay readable. */
export function escapeInvisible(text: string): string {
  return Array.from(text, (character) =>
    character !== " " && invisible.test(character) ? renderEscape(character) : character,
  ).join("");
}

function renderEscape(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

/** A received value for a message: short, quoted, and with code points where its look misleads. */
export function showValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "no value";
  if (typeof value === "string") return showText(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "a mapping";
  return String(value);
}

function showText(text: string): string {
  const characters = Array.from(text);
  const shown = `"${escapeInvisible(characters.slice(0, maxShown).join(""))}"`;
  const more = characters.length > maxShown ? ` (and ${characters.length - maxShown} more characters)` : "";
  return shown + more + showCodePoints(characters);
}

/** Says which characters are not what they seem: everything but plain ASCII. */
function showCodePoints(characters: readonly string[]): string {
  const odd = characters.flatMap((character, index) =>
    /[ -~]/.test(character) ? [] : [`${renderCodePoint(character)} at character ${index + 1}`],
  );
  if (odd.length === 0) return "";
  const more = odd.length > maxCodePoints ? ` and ${odd.length - maxCodePoints} more` : "";
  return ` (${odd.slice(0, maxCodePoints).join(", ")}${more})`;
}

function renderCodePoint(character: string): string {
  return `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`;
}
