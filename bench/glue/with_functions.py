"""The rules in Spark's own functions: nothing leaves the JVM. Texts are not ours to the letter (doubles, item lists).

usage: with_functions.py SOURCE TARGET
"""

import sys
from collections.abc import Callable

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from with_udf import FILES, IDENTITY, SLOTS


def render_text(text: Column) -> Column:
    """`to_json` quotes and escapes inside an array only."""
    listed = F.to_json(F.array(text))
    return listed.substr(F.lit(2), F.length(listed) - 2)


def render_value(value: Column) -> Column:
    numbers = [value[slot].cast("string") for slot in SLOTS[1:]]
    return F.coalesce(render_text(value[SLOTS[0]]), *numbers, F.lit("null"))


def render_time(value: Column) -> Column:
    return F.coalesce(value["set_timestamp_micros"].cast("string"), F.lit("null"))


def render_object(pairs: Column, render: Callable[[Column], Column] = render_value) -> Column:
    """A key that occurs twice becomes an array of its values; most rows have none."""
    keys = F.transform(pairs, lambda pair: pair["key"])

    def render_pair(pair: Column) -> Column:
        return F.concat(render_text(pair["key"]), F.lit(":"), render(pair["value"]))

    def render_key(key: Column) -> Column:
        same = F.filter(pairs, lambda pair: pair["key"].eqNullSafe(key))
        values = F.array_sort(F.transform(same, lambda pair: render(pair["value"])))
        listed = F.concat(F.lit("["), F.array_join(values, ","), F.lit("]"))
        return F.concat(render_text(key), F.lit(":"), F.when(F.size(values) == 1, values[0]).otherwise(listed))

    is_regular = F.size(F.array_distinct(keys)) == F.size(pairs)
    members = F.when(is_regular, F.transform(pairs, render_pair)).otherwise(
        F.transform(F.array_distinct(keys), render_key)
    )
    return F.concat(F.lit("{"), F.array_join(F.array_sort(members), ","), F.lit("}"))


def render_items(items: Column) -> Column:
    return F.to_json(F.transform(items, lambda item: item.withField("item_params", render_object(item["item_params"]))))


def transform(rows: DataFrame) -> DataFrame:
    parts = [F.col(name).cast("string") for name in IDENTITY]
    prefixed = [F.coalesce(F.concat(F.octet_length(part), F.lit(":"), part), F.lit("n")) for part in parts]
    params = F.when(F.col("batch_event_index").isNull(), F.col("event_params"))
    return (
        rows.withColumn("user_properties_set", render_object(F.col("user_properties"), render_time))
        .withColumn("event_params", render_object(F.col("event_params")))
        .withColumn("user_properties", render_object(F.col("user_properties")))
        .withColumn("items", render_items(F.col("items")))
        .withColumn("event_id", F.substring(F.sha2(F.concat_ws("", *prefixed, params), 256), 1, 32))
    )


def keep_one(rows: DataFrame) -> DataFrame:
    """Of equal ids the one with the smallest digest of its whole content, and how many equal it or conflict."""
    digested = rows.withColumn("_digest", F.sha2(F.to_json(F.struct(*rows.columns)), 256))
    same = Window.partitionBy("event_id")
    numbered = digested.withColumn("_place", F.row_number().over(same.orderBy("_digest")))
    counted = numbered.withColumn("_first", F.min("_digest").over(same))
    observed = counted.observe(
        "balance",
        F.count(F.lit(1)).alias("source"),
        F.count(F.when((F.col("_place") > 1) & (F.col("_digest") == F.col("_first")), 1)).alias("exact"),
        F.count(F.when(F.col("_digest") != F.col("_first"), 1)).alias("conflicting"),
    )
    return observed.where("_place = 1").drop("_digest", "_place", "_first")


def main(source: str, target: str) -> None:
    spark = SparkSession.builder.getOrCreate()
    kept = keep_one(transform(spark.read.parquet(source)))
    kept.repartition(FILES).write.option("compression", "zstd").parquet(target)
    number = F.conv(F.substring("event_id", 1, 12), 16, 10).cast("decimal(38,0)")
    spark.read.parquet(target).select(F.count(F.lit(1)), F.sum(number)).show()
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
