-- The role may use the file format.
GRANT USAGE ON FILE FORMAT {{format}} TO ROLE {{role}};
