import type { ErrorCode } from "../../../errors.ts";

/** What was tried, for the message. */
export interface SignIn {
  /** `with the key of source.private_key` */
  way: string;
  /** Service account to act as; null: nobody else. */
  impersonate: string | null;
}

export interface KnownAuthError {
  /** Looked for in what Google said. */
  says: RegExp;
  code: ErrorCode;
  retryable?: true;
  rule: string;
  remedy(signIn: SignIn): string;
}

const clock = "Google takes a signature whose time is within five minutes of its own clock";
const setClock =
  "set this machine's clock (timedatectl set-ntp true; in a container: the host's), then run again";

/** First match counts. */
export const knownAuthErrors: readonly KnownAuthError[] = [
  { says: /reasonable timeframe|iat and exp/i, code: "config", rule: clock, remedy: () => setClock },
  {
    says: /Signature (?:expired|not yet current)/i,
    code: "config",
    rule: clock,
    remedy: () => setClock,
  },
  {
    says: /Invalid JWT Signature/i,
    code: "config",
    rule: "a key signs in as long as it is among the service account's keys",
    remedy: () =>
      "make a new key (console, IAM & Admin > Service Accounts > Keys) and store it where source.private_key points; this one was deleted or belongs to another account",
  },
  {
    says: /account not found/i,
    code: "config",
    rule: "the key's service account exists and is enabled",
    remedy: () =>
      "check the account in the console, IAM & Admin > Service Accounts, or make a key of another one",
  },
  {
    says: /invalid_rapt|expired or revoked|reauth/i,
    code: "config",
    rule: "a person's sign-in ends by itself",
    remedy: () =>
      "run `gcloud auth application-default login`; what runs by itself signs in by workload_identity or service_account",
  },
  {
    says: /Could not load the default credentials/i,
    code: "config",
    rule: "auth: default takes what Google's tools of this machine are signed in with",
    remedy: () =>
      "run `gcloud auth application-default login`, set GOOGLE_APPLICATION_CREDENTIALS, or write another source.auth",
  },
  {
    says: /Could not load credentials from any providers|CredentialsProviderError/i,
    code: "config",
    rule: "auth: workload_identity hands Google a request that is signed with this machine's AWS role",
    remedy: () =>
      "give the task, instance or user a role of AWS; `aws sts get-caller-identity` shows which one it has",
  },
  {
    says: /iam\.serviceAccounts\.getAccessToken|unable to impersonate/i,
    code: "config",
    rule: "whoever acts as a service account has Service Account Token Creator (roles/iam.serviceAccountTokenCreator) on it; a workload identity has Workload Identity User (roles/iam.workloadIdentityUser)",
    remedy: ({ impersonate }) =>
      `in the console, IAM & Admin > Service Accounts > ${impersonate ?? "the account"} > Principals with access > Grant access`,
  },
  {
    says: /audience|invalid_target/i,
    code: "config",
    rule: "source.audience is the full name of a workload identity provider that is there",
    remedy: () =>
      "compare it with `gcloud iam workload-identity-pools providers describe`, with the project's number",
  },
  {
    says: /attribute condition|unauthorized_client|credential is rejected/i,
    code: "config",
    rule: "the provider's condition lets this AWS role in",
    remedy: () =>
      "compare `aws sts get-caller-identity` with the condition: console, IAM & Admin > Workload Identity Federation",
  },
  {
    says: /Received invalid AWS response|InvalidClientTokenId|ExpiredToken/i,
    code: "config",
    rule: "AWS vouches for who signed the request",
    remedy: () =>
      "try `aws sts get-caller-identity` with the same role; its credentials have run out or are those of another account",
  },
];
