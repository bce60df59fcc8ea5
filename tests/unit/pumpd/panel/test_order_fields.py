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
            "vials": ["10"],
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
