-- Per file or day: the hash of each row's identity, of rows that the filter lets pass.
CREATE OR REPLACE TEMP TABLE keys AS
SELECT {{identity}} AS h FROM source WHERE {{filter}};
