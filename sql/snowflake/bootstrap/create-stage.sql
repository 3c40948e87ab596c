-- The lake as a stage, through the integration.
CREATE STAGE IF NOT EXISTS {{stage}} URL = {{url}} STORAGE_INTEGRATION = {{integration}} FILE_FORMAT = (TYPE = PARQUET);
