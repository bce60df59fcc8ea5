"""The emergency stop: everything configured is told to stand still, without the daemon and without what it needs."""
