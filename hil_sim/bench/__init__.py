"""The test bench: stories played against a daemon, what was seen, how it is judged and shown."""
