-- The hot table. Fails where a table of that name is there already: it is not ours.
CREATE TABLE {{hot}} ({{columns}});
