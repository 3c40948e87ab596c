-- Wakes nothing: only says which warehouse statements will run on; fails where it is missing or not granted.
USE WAREHOUSE {{warehouse}};
