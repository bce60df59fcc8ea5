"""What must never happen, judged from outside: the plunger's truth, the bytes on the wire, what is shown and pressed."""
