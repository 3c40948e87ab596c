import type { YAMLError } from "yaml";
import type { Problem } from "./issue.ts";
import { escapeInvisible } from "./show-value.ts";

/** What an error of the YAML parser means in our words; nothing of the text is quoted, it may hold a secret. */
export function explainYamlFault(fault: YAMLError): Problem & { received: string } {
  return {
    failed: `this is not valid YAML: ${renderFault(fault)}`,
    rule: "YAML 1.2, each key once, indented by spaces",
    received: fault.code,
    remedy: adviseFault(fault),
  };
}

function renderFault(fault: YAMLError): string {
  if (fault.code === "TAG_RESOLVE_FAILED") return "a tag (!name) that is not known";
  if (fault.code === "RESOURCE_EXHAUSTION") return "it is nested too deeply";
  const first = fault.message.split("\n")[0] ?? "";
  // The parser puts text of the file behind a colon, if anywhere.
  return escapeInvisible(first.replace(/:\s.*$/, "").slice(0, 120));
}

function adviseFault(fault: YAMLError): string {
  if (fault.code === "DUPLICATE_KEY") return "keep one of the two keys";
  if (fault.code === "TAB_AS_INDENT") return "replace the tab by spaces";
  if (fault.code === "TAG_RESOLVE_FAILED") return "remove the tag";
  return "look at the quotes, brackets, colons and indentation here and on the line before";
}
