-- The storage integration. Never replaced: its external id would change and every stage over it would break.
CREATE STORAGE INTEGRATION IF NOT EXISTS {{integration}} TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE STORAGE_AWS_ROLE_ARN = {{role_arn}} STORAGE_ALLOWED_LOCATIONS = ({{locations}});
