-- A word that is misspelt.
BEGIN TRANSACTON;
