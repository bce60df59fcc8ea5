"""The one renderer of trend pictures, shared by the session report and the panel."""
