import type { Clock } from "../../../ports.ts";
import type { AwsCredentials, BigQueryOptions } from "../options.ts";

/** What the package asks for when it signs its request to AWS. */
export interface AwsSupplier {
  getAwsRegion(): Promise<string>;
  getAwsSecurityCredentials(): Promise<{ accessKeyId: string; secretAccessKey: string; token?: string }>;
}

/** Credentials that end sooner than this are asked for anew, ms. */
const marginMs = 300_000;

/**
 * Finds AWS's credentials as every tool of AWS does: variables, profiles and sign-ins of a laptop, the roles of ECS,
 * MWAA, Lambda and EC2. The package's own way knows variables and EC2 alone.
 */
export function createAwsSupplier(
  region: string,
  { clock, findAwsCredentials = findByChain }: Pick<BigQueryOptions, "clock" | "findAwsCredentials">,
): AwsSupplier {
  const find = keepWhileGood(findAwsCredentials, clock);
  return {
    getAwsRegion: async () => region,
    async getAwsSecurityCredentials() {
      const { accessKeyId, secretAccessKey, sessionToken } = await find();
      return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { token: sessionToken }) };
    },
  };
}

/** One search at a time, and none while what was found is good; what does not expire is looked for each time. */
function keepWhileGood(find: () => Promise<AwsCredentials>, clock: Clock): () => Promise<AwsCredentials> {
  let found: AwsCredentials | null = null;
  let finding: Promise<AwsCredentials> | null = null;
  const isGood = ({ expiration }: AwsCredentials) =>
    expiration !== undefined && expiration.getTime() - marginMs > clock.now();
  return async () => {
    if (found !== null && isGood(found)) return found;
    finding ??= find().finally(() => {
      finding = null;
    });
    found = await finding;
    return found;
  };
}

async function findByChain(): Promise<AwsCredentials> {
  const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
  return defaultProvider()();
}
