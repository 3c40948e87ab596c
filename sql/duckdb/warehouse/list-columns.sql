-- Columns of a relation in their order.
SELECT column_name FROM (DESCRIBE {{relation}});
