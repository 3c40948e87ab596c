-- A privilege that there is not.
GRANT SELEC ON TABLE t TO ROLE r;
