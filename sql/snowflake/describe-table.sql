-- Columns of a table or view, with type and comment; error 002003 where there is none. Commits nothing.
DESCRIBE TABLE {{table}};
