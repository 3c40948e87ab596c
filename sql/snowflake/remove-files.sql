-- Takes files out of the inventory; {{paths}}: literals, relative to the stage.
ALTER EXTERNAL TABLE {{files}} REMOVE FILES ({{paths}});
