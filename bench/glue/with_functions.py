"""The job in Spark's own functions: nothing leaves the JVM. Its texts are not ours to the letter (doubles, escapes).

usage: with_functions.py SOURCE TARGET
"""

import sys

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from with_udf import FILES, IDENTITY, SLOTS


def render_text(text: Column) -> Column:
    """`to_json` quotes and escapes inside an array only."""
    listed = F.to_json(F.array(text))
    return listed.substr(F.lit(2), F.length(listed) - 2)


def render_value(value: Column) -> Column:
    numbers = [value[slot].cast("string") for slot in SLOTS[1:]]
    return F.coalesce(render_text(value[SLOTS[0]]), *numbers, F.lit("null"))


def render_object(pairs: Column) -> Column:
    members = F.transform(
        pairs, lambda pair: F.concat(render_text(pair["key"]), F.lit(":"), render_value(pair["value"]))
    )
    return F.concat(F.lit("{"), F.array_join(F.array_sort(members), ","), F.lit("}"))


def render_times(pairs: Column) -> Column:
    def render(pair: Column) -> Column:
        time = F.coalesce(pair["value"]["set_timestamp_micros"].cast("string"), F.lit("null"))
        return F.concat(render_text(pair["key"]), F.lit(":"), time)

    return F.concat(F.lit("{"), F.array_join(F.array_sort(F.transform(pairs, render)), ","), F.lit("}"))


def render_items(items: Column) -> Column:
    return F.to_json(F.transform(items, lambda item: item.withField("item_params", render_object(item["item_params"]))))


def transform(rows: DataFrame) -> DataFrame:
    identity = [F.coalesce(F.col(name).cast("string"), F.lit("n")) for name in IDENTITY]
    return (
        rows.withColumn("user_properties_set", render_times(F.col("user_properties")))
        .withColumn("event_params", render_object(F.col("event_params")))
        .withColumn("user_properties", render_object(F.col("user_properties")))
        .withColumn("items", render_items(F.col("items")))
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
