"""Executes recipes in DuckDB inside Spark's tasks; holds no rule of what rows become (docs/glue-script.md)."""
