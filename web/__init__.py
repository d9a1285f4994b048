"""What runs in the browser and over the network: the server of runs, its page, the playground."""
