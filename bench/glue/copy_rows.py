"""The least that Spark can do: read every column and write it again.

usage: copy_rows.py SOURCE TARGET
"""

import sys

from pyspark.sql import SparkSession


def main(source: str, target: str) -> None:
    spark = SparkSession.builder.getOrCreate()
    spark.read.parquet(source).write.option("compression", "zstd").parquet(target)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
