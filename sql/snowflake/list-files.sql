-- Registered files of the generations, as the inventory names them. {{table}}: a literal; {{condition}}: CONTAINS of
-- /day=…/generation=…/ each. Costs no credit for storage, and reads no file.
SELECT FILE_NAME FROM TABLE({{database}}.INFORMATION_SCHEMA.EXTERNAL_TABLE_FILES(TABLE_NAME => {{table}})) WHERE {{condition}};
