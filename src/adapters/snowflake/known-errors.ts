import type { ErrorCode } from "../../errors.ts";

/** What was being done, for the message: who, where, and what it needs. */
export interface Doing {
  /** `The days could not be copied into "DB"."S"."T".` */
  failed: string;
  role: string;
  warehouse: string;
  user: string;
  account: string;
}

export interface KnownError {
  codes: readonly string[];
  /** Of several that share a code. */
  message?: RegExp;
  code: ErrorCode;
  retryable?: true;
  rule: string;
  remedy: (doing: Doing) => string;
}

/** Snowflake's errors that somebody can do something about; the first that fits counts. */
export const knownErrors: readonly KnownError[] = [
  {
    codes: ["390144", "394300", "394304"],
    code: "config",
    rule: "a key pair's token is signed with the user's key, and valid for a minute by Snowflake's clock",
    remedy: ({ user }) =>
      `check that the public key is set on ${user} (DESC USER), that it belongs to private_key, that the account is right, and this machine's clock`,
  },
  {
    codes: ["394511"],
    code: "config",
    rule: "AWS confirms the role that the command runs with, and the user names its ARN",
    remedy: ({ user }) =>
      `compare aws sts get-caller-identity with WORKLOAD_IDENTITY of ${user} (DESC USER); renew expired credentials, and check this machine's clock`,
  },
  {
    codes: ["390100", "390101", "390102", "390195", "390422", "390432"],
    code: "config",
    rule: "the user exists, is not disabled, and may sign in this way from here",
    remedy: ({ user, account }) =>
      `check user ${user} in account ${account}: its key or workload identity, its network policy, whether it is disabled`,
  },
  {
    codes: ["390189", "390186"],
    code: "config",
    rule: "the user has the role",
    remedy: ({ role, user }) => `GRANT ROLE ${role} TO USER ${user}`,
  },
  {
    codes: ["000606", "002043", "390201"],
    message: /warehouse/i,
    code: "config",
    rule: "the role may use the warehouse",
    remedy: ({ warehouse, role }) => `GRANT USAGE, OPERATE ON WAREHOUSE ${warehouse} TO ROLE ${role}`,
  },
  {
    codes: ["000608", "000607", "000609", "090073", "090082"],
    code: "outside",
    rule: "the warehouse runs, or may be resumed",
    remedy: ({ warehouse, role }) =>
      `ALTER WAREHOUSE ${warehouse} RESUME, let AUTO_RESUME be true and GRANT OPERATE ON WAREHOUSE ${warehouse} TO ROLE ${role}; look whether a resource monitor stopped it`,
  },
  {
    codes: ["091016", "091021"],
    code: "data",
    rule: "every file of the manifest is in the lake",
    remedy: () => "look whether somebody deleted it; shardlift backfill --again makes the day anew",
  },
  {
    codes: ["003167", "003070", "091003", "391601", "391602"],
    code: "config",
    rule: "the stage's storage integration may read the lake: its AWS role trusts Snowflake, and may list and get",
    remedy: () =>
      "shardlift bootstrap prints the trust policy (DESC INTEGRATION); check bucket policy, external id and allowed locations",
  },
  {
    codes: ["002003"],
    message: /masking policy/i,
    code: "config",
    rule: "the masking policy of warehouse.masking is there, and the role may put it on columns",
    remedy: ({ role }) =>
      `GRANT APPLY ON that MASKING POLICY TO ROLE ${role}, and USAGE on its database and schema`,
  },
  {
    codes: ["002003", "002043"],
    code: "config",
    rule: "the object is there, and the role may use it",
    remedy: ({ role }) =>
      `run shardlift bootstrap; for an object that is there: GRANT USAGE (stage, integration, schema, database) or SELECT, INSERT, UPDATE, DELETE (table) on it TO ROLE ${role}`,
  },
  {
    codes: ["003001", "003540"],
    code: "config",
    rule: "the role has the privilege on the object",
    remedy: ({ role }) => `GRANT the privilege that Snowflake names on that object TO ROLE ${role}`,
  },
  {
    codes: ["100082", "100078", "100145", "100080"],
    code: "data",
    rule: "a value fits into its column: 16 MB of text or of VARIANT, 8 MB of BINARY",
    remedy: () => "drop the column or key in the pipeline (columns.drop), or load it elsewhere",
  },
  {
    codes: [
      "100035",
      "100038",
      "100040",
      "100046",
      "100069",
      "100071",
      "100072",
      "100096",
      "100132",
      "100183",
      "100142",
      "100144",
    ],
    code: "data",
    rule: "the values of a file have the types that its manifest says",
    remedy: () =>
      "shardlift backfill --again makes the day anew; look into the file where that does not help",
  },
  {
    codes: ["000904"],
    code: "data",
    rule: "the table has the columns that Shardlift gave it",
    remedy: () => "look who altered the table; load adds columns that are missing when it runs again",
  },
  {
    codes: ["000630"],
    code: "outside",
    retryable: true,
    rule: "a statement ends within warehouse.statement_timeout",
    remedy: ({ warehouse }) => `raise statement_timeout, or give ${warehouse} another size`,
  },
  {
    codes: ["000625"],
    code: "outside",
    retryable: true,
    rule: "some 20 statements may wait for one table, each for LOCK_TIMEOUT",
    remedy: () => "run fewer commands for one table at once; SHOW LOCKS says who holds it",
  },
  {
    codes: ["000615"],
    code: "outside",
    retryable: true,
    rule: "a transaction that idles for five minutes while others wait for its lock is ended by Snowflake",
    remedy: () => "run again: nothing of it was kept",
  },
  {
    codes: [
      "090127",
      "000635",
      "000636",
      "000639",
      "000604",
      "000603",
      "000601",
      "390112",
      "390104",
      "390111",
      "390114",
      "390110",
    ],
    code: "outside",
    retryable: true,
    rule: "a session lives until its transaction has ended",
    remedy: () => "run again: nothing is half done, and the ledger says what was",
  },
];
