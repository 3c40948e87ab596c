"""What draws and runs the DAGs of Shardlift. It decides nothing: `shardlift compile` did."""
