"""What can be picked is picked, and what is known of a number stands beside it."""

from pumpd.panel.markup import join
from pumpd.panel.order_fields import order_fields
from pumpd.panel.words import Words

LIBRARY = {
    "drugs": [
        {
            "key": "ketamine",
            "title": "Ketamine",
            "concentrations": ["1", "2"],
            "vials": [{"mg_per_ml": "10", "title": "10 mg/mL, 20 mL", "dilute_at_least": 1}],
            "limits": [{"field": "weight_kg", "unit": "kg", "hard_min": "30", "hard_max": "200"}],
        }
    ],
    "syringes": [{"key": "bd-60", "title": "BD 60 mL"}],
}


def test_without_a_library_every_field_of_today_is_typed() -> None:
    markup = join(order_fields(None, Words("en")))
    assert "<select" not in markup
    assert markup.count("data-arg=") == 7


def test_with_one_drugs_strengths_and_syringes_are_picked() -> None:
    markup = join(order_fields(LIBRARY, Words("en")))
    for part in (
        'value="ketamine"',
        'value="2"',
        'value="bd-60"',
        "30 \N{EN DASH} 200 kg",
        'data-arg="vial_mg_per_ml"',
    ):
        assert part in markup
    assert 'data-arg="syringe_confirmed"' in markup
    assert '<option value="10">10 mg/mL, 20 mL</option>' in markup


def test_what_the_course_asks_is_open_and_needed_and_what_it_does_not_ask_is_folded_away() -> None:
    """Requirements 3.1 (62): what is needed is known before anybody presses."""
    bench = str(order_fields(LIBRARY, Words("en"))[1])
    clinic = str(order_fields({**LIBRARY, "required": ["line_ml", "profile"]}, Words("en"))[1])
    assert bench.startswith("<details><summary>")
    assert clinic.startswith("<details open")
    assert (bench.count(" required"), clinic.count(" required")) == (0, 2)


def test_the_syringe_is_confirmed_by_what_is_printed_on_it() -> None:
    """facts/clinical.md 2.3: the key that was ordered is not what stands on the barrel."""
    more = str(order_fields(LIBRARY, Words("en"))[1])
    assert '<option value="BD 60 mL">BD 60 mL</option>' in more.partition("syringe_confirmed")[2]


def test_a_limit_with_one_end_is_told_as_one_number() -> None:
    drug = {
        **LIBRARY["drugs"][0],
        "limits": [{"field": "minutes", "unit": "min", "hard_min": "40", "hard_max": None}],
    }
    markup = join(order_fields({**LIBRARY, "drugs": [drug]}, Words("en")))
    assert "<small>\N{GREATER-THAN OR EQUAL TO} 40 min</small>" in markup
    assert "None" not in markup


def test_a_number_that_is_judged_in_two_units_shows_both() -> None:
    """Beside "Dose, mg/kg" stood "100 mg", the limit of the whole, and nothing of the 1 mg/kg."""
    rows = [
        {"field": "dose_mg_per_kg", "unit": "mg/kg", "hard_min": "0.1", "hard_max": "1"},
        {"field": "dose_mg_per_kg", "unit": "mg", "hard_min": None, "hard_max": "100"},
    ]
    drug = {**LIBRARY["drugs"][0], "limits": rows}
    markup = str(join(order_fields({**LIBRARY, "drugs": [drug]}, Words("en"))))
    assert "<small>0.1 \N{EN DASH} 1 mg/kg; \N{LESS-THAN OR EQUAL TO} 100 mg</small>" in markup
