-- First half of replacing a schema by its id.
DELETE FROM {{schemas}} WHERE schema_id = $id;
