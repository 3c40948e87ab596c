-- A value that the option does not have.
COPY INTO t FROM @s FILES = ('a') FILE_FORMAT = (TYPE = PARQUET) ON_ERROR = ABORT_STATMENT;
