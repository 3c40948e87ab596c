"""Statements of our own beside the recipe's: they bring hashes from worker to worker, and know of no column."""

import pkgutil

NAMES = (
    "split_keys",
    "gather_keys",
    "split_suspects",
    "gather_suspects",
    "gather_suspects_of_range",
    "take_rows",
    "stage_stream",
    "count_file",
    "weigh_rows",
)


def read_statements() -> dict[str, list[str]]:
    """By name, without their header comments."""
    return {name: [read_statement(name)] for name in NAMES}


def read_statement(name: str) -> str:
    # Modules may lie in an archive: there are no files to open then.
    text = pkgutil.get_data(__package__, f"sql/{name}.sql")
    if text is None:
        raise FileNotFoundError(f"sql/{name}.sql")
    lines = text.decode().splitlines()
    return "\n".join(line for line in lines if not line.startswith("--")).strip().removesuffix(";")
