-- Hot where the ledger says hot, else cold. Hot rows and the ledger change in one transaction only, and this view
-- with them: its cold parts are the days that are not hot.
CREATE OR REPLACE VIEW {{all}} AS SELECT {{columns}} FROM {{hot}} UNION ALL {{parts}};
