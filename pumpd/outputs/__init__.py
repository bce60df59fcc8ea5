"""What leaves the box for other machines: messages, metrics, exports. Nothing here can be answered."""
