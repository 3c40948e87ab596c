-- Begins a transaction. Nothing but COPY, DML and SELECT follows until its end: DDL would commit it.
BEGIN TRANSACTION;
