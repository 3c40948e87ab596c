-- Writes one file of a shard. Rows come in the order of their numbers, so equal specs give equal files.
COPY (SELECT {{columns}} FROM ({{rows}})) TO {{path}} ({{options}})
