"""The default table, in the order in which rows are evaluated and printed (facts/clinical.md 3.2)."""

from interlocks.catalogue import (
    course,
    delivery,
    haemodynamic,
    heart,
    line,
    oxygen,
    people,
    respiration,
    sedation,
    technical,
)
from interlocks.rules import Rule

DEFAULT_RULES: tuple[Rule, ...] = (
    *haemodynamic.ROWS,
    *heart.ROWS,
    *oxygen.ROWS,
    *respiration.ROWS,
    *sedation.ROWS,
    *line.ROWS,
    *delivery.ROWS,
    course.VT2,
    line.AI1,
    *technical.ROWS,
    people.PR1,
    people.BT1,
    technical.WD1,
    course.CY1,
)
