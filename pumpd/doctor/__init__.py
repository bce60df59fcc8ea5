"""What `pumpd doctor` looks at: a thin probe that measures, and a pure verdict over what was measured."""
