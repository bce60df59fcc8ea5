"""What an alarm sounds like: patterns as numbers, and the sound made of them."""
