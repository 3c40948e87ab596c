/** What must never be shown, whoever printed it: keys, tokens and passwords by the forms they have. */
const secrets: readonly RegExp[] = [
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /(?<=(?:secret[_-]?access[_-]?key|session[_-]?token|password|passwd|secret|api[_-]?key|private[_-]?key)["']?\s*[=:]\s*["']?)[^\s"',;&]+/gi,
  /(?<=\bX-Amz-(?:Signature|Security-Token|Credential)=)[^\s&"']+/gi,
  /(?<=\b(?:Bearer|Basic)\s)[A-Za-z0-9._~+/=-]{8,}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

export function redact(text: string): string {
  return secrets.reduce((shown, secret) => shown.replace(secret, "***"), text);
}
