"""Guided measurements of one channel's pump before it serves, and the report of them."""
