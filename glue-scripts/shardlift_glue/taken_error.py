"""What a create-only put says that was refused."""

from .errors import ShardliftError


def build_taken_error(key: str) -> ShardliftError:
    """Ids are random, and of two attempts at one task only one wins the first file: the other one must end."""
    return ShardliftError(
        "outside",
        retryable=True,
        failed=f"The lake has an object of this new generation already: {key}",
        rule="only one attempt at a task puts its files below a generation, each once",
        received="an earlier attempt at the same task, whose worker was lost",
        remedy="run again: the next attempt has another generation",
    )
