import { renderIssues } from "../../config/render-issues.ts";
import type { Environment } from "../../config/types.ts";
import { renderErrorParts } from "../../errors.ts";
import { formatPlural } from "../../plan/format.ts";
import { renderCode, renderFence } from "./markdown.ts";
import { renderPipeline } from "./render-pipeline.ts";
import { renderPlanned } from "./render-planned.ts";
import type { PipelineReview, Review } from "./types.ts";

/** A comment ends at 65,536 characters; problems leave room for pipelines. */
const maxProblems = 20_000;
const maxLength = 60_000;

/** A change as Markdown for those who decide on it: what is wrong, and what each pipeline would do. */
export function renderReview(review: Review): string {
  const { environment, issues, pipelines } = review;
  const parts = [
    renderTitle(review),
    ...(issues.length === 0 ? [] : [renderFence(cut(renderIssues(issues), maxProblems))]),
  ];
  let length = parts.join("\n\n").length;
  for (const [index, one] of pipelines.entries()) {
    const part = renderOne(one, environment);
    length += part.length + 2;
    if (length > maxLength) {
      parts.push(
        `And ${formatPlural(pipelines.length - index, "more pipeline")}: \`shardlift plan\` shows each.`,
      );
      break;
    }
    parts.push(part);
  }
  return `${parts.join("\n\n")}\n`;
}

function renderTitle({ environment, issues, pipelines }: Review): string {
  const verdict = issues.length === 0 ? "every file is right" : "files have to be mended";
  const where = environment === null ? "" : `, in ${renderCode(environment.name)}`;
  const none = issues.length === 0 && pipelines.length === 0 ? "\n\nNo pipeline is changed." : "";
  return `## Shardlift: ${verdict}${where}${none}`;
}

function renderOne(review: PipelineReview, environment: Environment | null): string {
  switch (review.is) {
    case "removed":
      return `### ${renderCode(review.name)}\n\nIs removed: its DAGs go; its tables and its days in the lake stay as they are.`;
    case "wrong":
      return `### ${renderCode(review.name)}\n\nHas problems, told above.`;
    case "not planned":
      return [renderPipeline(review.pipeline, environment), renderNotPlanned(review.error)].join("\n\n");
    case "planned":
      return [
        renderPipeline(review.pipeline, environment),
        renderPlanned(review.plan, review.pipeline, environment),
      ].join("\n\n");
    default:
      throw new Error(`no such review: ${review satisfies never}`);
  }
}

function renderNotPlanned(error: Extract<PipelineReview, { is: "not planned" }>["error"]): string {
  if (error === null) return "What it would read was not looked at: nobody is signed in here.";
  return `What it would read could not be looked at:\n\n${renderFence(renderErrorParts(error.parts))}`;
}

function cut(text: string, maxLength: number): string {
  return text.length <= maxLength
    ? text
    : `${text.slice(0, maxLength)}\n… and more: shardlift validate tells all`;
}
