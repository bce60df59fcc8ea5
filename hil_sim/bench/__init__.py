"""The bench around a daemon under test: stories, people, faults beyond the pump, reports; live or on a virtual clock."""
