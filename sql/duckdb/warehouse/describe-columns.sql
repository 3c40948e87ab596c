-- Columns and types as declared, in the words of DESCRIBE.
SELECT column_name, column_type FROM (DESCRIBE SELECT {{columns}});
