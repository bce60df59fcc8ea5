"""Where things are on a machine that pumpd was installed on, for programs that must not load much to know it."""

DEFAULT_CONFIG = "/etc/pumpd/pumpd.toml"
