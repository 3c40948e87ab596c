-- Widening, second step: the values of a column into its wider twin. The lock row is held elsewhere meanwhile.
UPDATE {{hot}} SET {{wide}} = {{column}}::{{type}} WHERE {{column}} IS NOT NULL AND {{wide}} IS NULL;
