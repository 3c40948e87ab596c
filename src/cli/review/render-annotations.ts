import type { Issue } from "../../config/issue.ts";

/** Problems as GitHub's runners read them from a log, to show each at its line of a change. */
export function renderAnnotations(issues: readonly Issue[]): string {
  return issues.map(renderAnnotation).join("");
}

function renderAnnotation({ file, line, column, failed, rule, received, remedy }: Issue): string {
  const place = line === null ? "" : `,line=${line},col=${column ?? 1}`;
  const text = `${failed}\nrule: ${rule}\nreceived: ${received}\nto do: ${remedy}`;
  return `::error file=${escapeProperty(file)}${place},title=Shardlift::${escapeData(text)}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
