import type { AuthPackage } from "../driver.ts";

export type Transporter = InstanceType<AuthPackage["gaxios"]["Gaxios"]>;

/** Where Google gives out tokens. */
const tokenOrigins = [
  "https://oauth2.googleapis.com",
  "https://sts.googleapis.com",
  "https://iamcredentials.googleapis.com",
];

/** Longest wait for one token, ms. */
const answerMs = 30_000;

/** How sign-in asks over the network: each request once, since who asks again is src/tasks/retry. */
export function createTransporter({ gaxios }: AuthPackage, tokenEndpoint: string | null): Transporter {
  const transporter = new gaxios.Gaxios({ timeout: answerMs });
  transporter.interceptors.request.add({
    async resolved(request) {
      const isElsewhere = tokenEndpoint !== null && tokenOrigins.includes(request.url.origin);
      if (isElsewhere) request.url = new URL(request.url.pathname + request.url.search, tokenEndpoint);
      return {
        ...request,
        retry: false,
        retryConfig: { ...request.retryConfig, retry: 0, noResponseRetries: 0 },
      };
    },
  });
  return transporter;
}
