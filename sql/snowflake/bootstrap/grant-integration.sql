-- The role may use the integration.
GRANT USAGE ON INTEGRATION {{integration}} TO ROLE {{role}};
