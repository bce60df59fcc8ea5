"""The default table, in the order in which rows are evaluated and printed (facts/clinical.md 3.2)."""

from interlocks.catalogue import delivery, haemodynamic, line, technical
from interlocks.rules import Rule

DEFAULT_RULES: tuple[Rule, ...] = (
    *haemodynamic.ROWS,
    *line.ROWS,
    *delivery.ROWS,
    *technical.ROWS,
)
