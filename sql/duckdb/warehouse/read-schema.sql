-- One schema by its id.
SELECT columns FROM {{schemas}} WHERE schema_id = $id;
