-- What people read of cold: all days, over the files of the generations that the ledger calls cold.
CREATE OR REPLACE VIEW {{cold}} AS {{parts}};
