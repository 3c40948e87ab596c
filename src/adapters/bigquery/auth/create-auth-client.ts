import type { SecretReference } from "../../../config/types.ts";
import { type AuthClient, type AuthPackage, loadAuth } from "../driver.ts";
import type { BigQueryOptions } from "../options.ts";
import { createAwsSupplier } from "./aws-supplier.ts";
import { impersonate } from "./impersonate.ts";
import { parseKey } from "./parse-key.ts";
import { createTransporter } from "./transporter.ts";

/** Metadata, jobs and reads of BigQuery, and extracts in Cloud Storage; what is allowed is a matter of roles. */
const scopes = ["https://www.googleapis.com/auth/cloud-platform"];

/** The way in that the environment names; nothing is asked of Google before a token is. */
export async function createAuthClient(options: BigQueryOptions): Promise<AuthClient> {
  const library = await loadAuth(options);
  const client = await signIn(library, options);
  const { impersonate: account } = options.config;
  return account === null ? client : impersonate(library, client, account, scopes);
}

async function signIn(library: AuthPackage, options: BigQueryOptions): Promise<AuthClient> {
  const { auth, tokenEndpoint, project } = options.config;
  const transporter = createTransporter(library, tokenEndpoint);
  switch (auth.type) {
    case "service_account": {
      const key = parseKey(await options.readSecret(auth.key), renderReference(auth.key));
      const { email, privateKey, keyId } = key;
      return new library.JWT({
        email,
        key: privateKey,
        scopes,
        transporter,
        ...(keyId === null ? {} : { keyId }),
      });
    }
    case "workload_identity":
      return new library.AwsClient({
        type: "external_account",
        audience: auth.audience,
        subject_token_type: "urn:ietf:params:aws:token-type:aws4_request",
        token_url: `${tokenEndpoint ?? "https://sts.googleapis.com"}/v1/token`,
        aws_security_credentials_supplier: createAwsSupplier(auth.region, options),
        scopes,
        transporter,
      });
    case "default":
      return new library.GoogleAuth({
        scopes,
        projectId: project,
        clientOptions: { transporter },
      }).getClient();
    default:
      return auth satisfies never;
  }
}

function renderReference(reference: SecretReference): string {
  switch (reference.from) {
    case "env":
      return `env:${reference.name}`;
    case "file":
      return `file:${reference.path}`;
    case "aws-secret":
      return `aws-secret:${reference.arn}`;
    default:
      return reference satisfies never;
  }
}
