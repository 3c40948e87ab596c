-- The role may run statements on the warehouse.
GRANT USAGE, OPERATE ON WAREHOUSE {{warehouse}} TO ROLE {{role}};
