-- The role may read through the stage.
GRANT USAGE ON STAGE {{stage}} TO ROLE {{role}};
