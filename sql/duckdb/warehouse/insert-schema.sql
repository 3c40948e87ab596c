-- Second half of replacing a schema by its id.
INSERT INTO {{schemas}} VALUES ($id, $columns);
