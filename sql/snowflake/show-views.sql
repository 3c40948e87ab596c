-- Views whose names begin like the table's; the comment of ours is the hash of the text it was made from.
SHOW VIEWS IN SCHEMA {{schema}} STARTS WITH {{prefix}};
