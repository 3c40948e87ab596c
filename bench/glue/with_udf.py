"""The job as a data team would write it: Python functions for key-values, `dropDuplicates`, `repartition`.

usage: with_udf.py SOURCE TARGET
"""

import json
import sys
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StringType

IDENTITY = (
    "stream_id",
    "user_pseudo_id",
    "event_timestamp",
    "event_name",
    "event_bundle_sequence_id",
    "batch_page_id",
    "batch_ordering_id",
    "batch_event_index",
)
SLOTS = ("string_value", "int_value", "double_value", "float_value")
FILES = 4


def read_value(value: Row | None) -> Any:
    found = [value[slot] for slot in SLOTS if value[slot] is not None] if value is not None else []
    return found[0] if found else None


def build_object(pairs: list[Row]) -> dict[str, Any]:
    return {pair["key"]: read_value(pair["value"]) for pair in pairs}


def render(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@F.udf(StringType())
def render_object(pairs: list[Row] | None) -> str | None:
    return None if pairs is None else render(build_object(pairs))


@F.udf(StringType())
def render_times(pairs: list[Row] | None) -> str | None:
    return None if pairs is None else render({pair["key"]: pair["value"]["set_timestamp_micros"] for pair in pairs})


@F.udf(StringType())
def render_items(items: list[Row] | None) -> str | None:
    if items is None:
        return None
    return render([item.asDict() | {"item_params": build_object(item["item_params"] or [])} for item in items])


def transform(rows: DataFrame) -> DataFrame:
    identity = [F.coalesce(F.col(name).cast("string"), F.lit("n")) for name in IDENTITY]
    return (
        rows.withColumn("user_properties_set", render_times("user_properties"))
        .withColumn("event_params", render_object("event_params"))
        .withColumn("user_properties", render_object("user_properties"))
        .withColumn("items", render_items("items"))
        .withColumn("event_id", F.substring(F.sha2(F.concat_ws("|", *identity), 256), 1, 32))
        .dropDuplicates(["event_id"])
        .repartition(FILES)
    )


def main(source: str, target: str) -> None:
    spark = SparkSession.builder.getOrCreate()
    transform(spark.read.parquet(source)).write.option("compression", "zstd").parquet(target)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
