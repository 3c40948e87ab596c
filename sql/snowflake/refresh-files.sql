-- Registers what a folder holds and unregisters what it lost. {{path}}: a literal, relative to the stage.
ALTER EXTERNAL TABLE {{files}} REFRESH {{path}};
