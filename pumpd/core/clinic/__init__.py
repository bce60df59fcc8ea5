"""The care around an infusion: what a clinic asks, records and waits for. Gates, prompts, records; nothing that flows."""
