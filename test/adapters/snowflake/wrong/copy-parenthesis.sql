-- A parenthesis that is not closed.
COPY INTO t FROM @s FILES = ('a' FILE_FORMAT = (TYPE = PARQUET);
