"""Signing in at Google: as the job's own AWS role, without a key, or with a service account's key by reference."""

import json
import threading
from functools import lru_cache
from typing import Any

import boto3
import google.auth
from google.auth import aws, impersonated_credentials
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request
from google.oauth2 import service_account

from .errors import ShardliftError, first_line
from .options import GoogleOptions
from .secret import read_secret

# What is allowed is a matter of roles.
SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
LIFE_S = 3600
# What is handed in: a signed request, no secret.
AWS_REQUEST = "urn:ietf:params:aws:token-type:aws4_request"
VERIFICATION_URL = "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"

LOCK = threading.Lock()


class RoleSupplier(aws.AwsSecurityCredentialsSupplier):
    """AWS's credentials as every tool of AWS finds them; boto keeps them and asks anew before they end."""

    def __init__(self, region: str) -> None:
        self.region = region
        self.session = boto3.Session()

    def get_aws_security_credentials(self, context: Any, request: Any) -> aws.AwsSecurityCredentials:
        del context, request
        found = self.session.get_credentials()
        if found is None:
            raise build_sign_in_error("AWS's tools find no credentials here", retryable=False)
        frozen = found.get_frozen_credentials()
        return aws.AwsSecurityCredentials(frozen.access_key, frozen.secret_key, frozen.token)

    def get_aws_region(self, context: Any, request: Any) -> str:
        del context, request
        return self.region


def read_token(google_options: GoogleOptions, secrets_endpoint: str | None) -> str:
    """A token that is good for some minutes at least; asked for once per process while it lasts."""
    with LOCK:
        credentials = open_credentials(google_options, secrets_endpoint)
        if not credentials.valid:
            refresh(credentials)
        token: str = credentials.token
        return token


def forget_token() -> None:
    """After a token was not taken: signs in anew before the next call."""
    with LOCK:
        open_credentials.cache_clear()


def refresh(credentials: Any) -> None:
    try:
        credentials.refresh(Request())
    except GoogleAuthError as cause:
        # The package's own text may hold the whole answer, and so a token.
        raise build_sign_in_error(read_refusal(cause), retryable=bool(cause.retryable)) from None


def read_refusal(cause: GoogleAuthError) -> str:
    """What Google said was wrong, and nothing else of its answer."""
    what, *rest = [*cause.args, ""]
    try:
        answer = json.loads(rest[0]) if isinstance(rest[0], str) else rest[0]
        found = answer["error"]
        said = found["message"] if isinstance(found, dict) else ""
    except (ValueError, KeyError, TypeError):
        said = ""
    return first_line(f"{what} {said}".strip())[:500]


@lru_cache(maxsize=4)
def open_credentials(options: GoogleOptions, secrets_endpoint: str | None) -> Any:
    """Nothing is asked of Google before a token is."""
    source = build_source(options, secrets_endpoint)
    if options.impersonate is None:
        return source
    origin = options.token_endpoint or "https://iamcredentials.googleapis.com"
    return impersonated_credentials.Credentials(
        source,
        options.impersonate,
        list(SCOPES),
        lifetime=LIFE_S,
        iam_endpoint_override=f"{origin}/v1/projects/-/serviceAccounts/{options.impersonate}:generateAccessToken",
    )


def build_source(options: GoogleOptions, secrets_endpoint: str | None) -> Any:
    match options.auth:
        case "workload_identity":
            return aws.Credentials(
                audience=options.audience,
                subject_token_type=AWS_REQUEST,
                token_url=f"{options.token_endpoint or 'https://sts.googleapis.com'}/v1/token",
                credential_source=None,
                aws_security_credentials_supplier=RoleSupplier(options.region or "us-east-1"),
                scopes=list(SCOPES),
            )
        case "service_account":
            return build_key_credentials(options, secrets_endpoint)
        case "default":
            credentials, _ = google.auth.default(scopes=list(SCOPES))
            return credentials
        case _:
            raise build_sign_in_error(f"--google_auth {options.auth or 'is missing'}", retryable=False)


def build_key_credentials(options: GoogleOptions, secrets_endpoint: str | None) -> Any:
    reference = options.private_key or "no --google_private_key"
    try:
        key = json.loads(read_secret(reference, secrets_endpoint))
        # Whoever wrote the key may not say where it is sent.
        key["token_uri"] = f"{options.token_endpoint or 'https://oauth2.googleapis.com'}/token"
        return service_account.Credentials.from_service_account_info(key, scopes=SCOPES)
    except (ValueError, TypeError, KeyError, GoogleAuthError) as cause:
        # Nothing of the text may come into a message.
        raise ShardliftError(
            "config",
            failed="The service account's key cannot be used.",
            rule="source.private_key names the JSON that Google hands out for a key, of type service_account",
            received=f"{reference}: no such JSON ({type(cause).__name__})",
            remedy="make a key in the console, IAM & Admin > Service Accounts > Keys, and store the whole file",
        ) from None


def build_sign_in_error(received: str, *, retryable: bool) -> ShardliftError:
    if "getAccessToken" in received:
        return build_impersonation_error(received)
    return ShardliftError(
        "outside" if retryable else "config",
        retryable=retryable,
        failed="The run could not sign in at Google.",
        rule="the job's role may come in at `source.audience` (the condition there names it), or the key is good",
        received=received,
        remedy="run `shardlift doctor`; where the role changed, correct the pool's condition (docs/bigquery.md)",
    )


def build_impersonation_error(received: str) -> ShardliftError:
    return ShardliftError(
        "config",
        failed="The run may not act as the service account.",
        rule="this needs the permission iam.serviceAccounts.getAccessToken",
        received=received,
        remedy=(
            'grant the job\'s role "Workload Identity User" (roles/iam.workloadIdentityUser) on the service account of '
            "source.impersonate: in the console, IAM & Admin > Service Accounts > Principals with access > Grant access"
        ),
    )
