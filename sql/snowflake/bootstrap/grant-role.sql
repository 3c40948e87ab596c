-- The user that Shardlift signs in as has the role.
GRANT ROLE {{role}} TO USER {{user}};
