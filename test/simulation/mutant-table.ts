const begin = "<!-- mutants: written by npm run simulate -- --mutants --write -->";
const end = "<!-- end of mutants -->";

/** The page with another table between its two marks. @throws Error where a mark is missing */
export function replaceMutantTable(page: string, table: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error("the page on reliability has lost its marks");
  return `${page.slice(0, from + begin.length)}\n\n${table}\n\n${page.slice(to)}`;
}
