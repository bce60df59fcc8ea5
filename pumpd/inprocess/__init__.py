"""The whole daemon in somebody else's event loop, for a bench that keeps its own time: same parts, other edges."""
