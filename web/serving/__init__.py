"""The server of models: protocols, batches, and a process for every version."""
