import type { BigQuerySource } from "../../../config/types.ts";
import type { SignIn } from "./known-errors.ts";

/** How somebody signs in, in words that follow "signing in to Google". */
export function describeSignIn({ auth, impersonate }: BigQuerySource): SignIn {
  return {
    impersonate,
    way: impersonate === null ? describeWay(auth) : `${describeWay(auth)} to act as ${impersonate}`,
  };
}

function describeWay(auth: BigQuerySource["auth"]): string {
  switch (auth.type) {
    case "workload_identity":
      return "as this machine's AWS role";
    case "service_account":
      return "with the key of source.private_key";
    case "default":
      return "as Google's tools of this machine";
    default:
      return auth satisfies never;
  }
}
