"""The nurse's panel: a web program of its own that shows what the daemon says and asks what people press."""
