"""The page at `/` of a server of runs: try a model in the browser."""
