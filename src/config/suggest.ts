import { closestMatch } from "leven";

/** @returns the candidate that was probably meant, or null where none is near. */
export function findNearest(text: string, candidates: readonly string[]): string | null {
  const maxDistance = Math.max(1, Math.min(3, Math.floor(text.length / 3)));
  const lower = text.slice(0, 100).toLowerCase().trim();
  const byLower = new Map(candidates.map((candidate) => [candidate.toLowerCase(), candidate]));
  const nearest = closestMatch(lower, [...byLower.keys()], { maxDistance });
  return nearest === undefined ? null : (byLower.get(nearest) ?? null);
}

/** `did you mean "lookback"? Known: a, b, c`; long lists are cut. */
export function renderChoice(text: string, candidates: readonly string[]): string {
  const nearest = findNearest(text, candidates);
  const known = candidates.length === 0 ? "there are none" : `there are: ${renderList(candidates)}`;
  return nearest === null ? known : `did you mean "${nearest}"? ${known}`;
}

function renderList(candidates: readonly string[], most = 20): string {
  const more = candidates.length > most ? ` and ${candidates.length - most} more` : "";
  return candidates.slice(0, most).join(", ") + more;
}
