"""The options of an order, and how an answer about one is printed."""

import argparse

import pytest

from pumpd.cli.pumpctl_arguments import parser
from pumpd.cli.pumpctl_order import add_arguments, derivation_lines, is_derived, library_lines, order_args
from pumpd.console_words import MORE_ORDER_TEXTS, ORDER_TEXTS

WORDS = [
    "--patient",
    "tok-1",
    "--weight-kg",
    "70",
    "--dose-mg-per-kg",
    "0.5",
    "--concentration-mg-per-ml",
    "2",
    "--minutes",
    "40",
    "--syringe",
    "bd-60",
]
MORE = [
    "--profile",
    "pain",
    "--kind",
    "booster",
    "--vial-mg-per-ml",
    "50",
    "--drawn-ml",
    "2",
    "--final-ml",
    "50",
    "--height-cm",
    "170",
    "--sex",
    "f",
    "--weight-basis",
    "actual",
    "--previous-weight-kg",
    "71",
    "--line-ml",
    "1.2",
    "--syringe-confirmed",
    "BD",
    "--override-reason",
    "known",
]


def test_every_text_of_an_order_has_an_option() -> None:
    for verb in ("order", "derive"):
        args = order_args(parser().parse_args([verb, *WORDS, *MORE]))
        assert set(args) == {*ORDER_TEXTS, *MORE_ORDER_TEXTS, "accept_soft"}
        assert (args["vial_mg_per_ml"], args["line_ml"], args["sex"]) == ("50", "1.2", "f")


def test_what_was_not_given_is_not_sent() -> None:
    assert set(order_args(parser().parse_args(["order", *WORDS]))) == {*ORDER_TEXTS, "accept_soft"}
    assert order_args(parser().parse_args(["derive"])) == {"drug": "ketamine", "accept_soft": []}


def test_an_order_must_be_whole_and_a_trial_need_not(capsys: pytest.CaptureFixture[str]) -> None:
    whole = argparse.ArgumentParser()
    add_arguments(whole, is_whole=True)
    with pytest.raises(SystemExit):
        whole.parse_args(WORDS[2:])
    assert "--patient" in capsys.readouterr().err


def test_an_answer_of_a_stranger_is_printed_all_the_same() -> None:
    assert derivation_lines({}) == ["would be refused; nothing was entered"]
    assert not is_derived({"derivation": None})
    assert library_lines({}) == ["drug library --"]


def test_a_library_is_printed_with_its_limits_and_syringes() -> None:
    library = {
        "hash": "ab12",
        "version": "3",
        "drugs": [
            {
                "key": "ketamine",
                "title": "ketamine (racemic)",
                "concentrations": ["1", "2"],
                "vials": [{"mg_per_ml": "10", "title": "10 mg/mL"}],
                "profiles": [{"key": "pain", "title": "pain, 60 minutes"}],
                "limits": [
                    {"title": "dose", "unit": "mg/kg", "soft_max": "0.5", "hard_max": "1", "hard_min": None}
                ],
            }
        ],
        "syringes": [{"key": "bd-60", "title": "BD 50/60 mL\x1b", "usable_ml": "46"}],
    }
    assert library_lines({"library": library}) == [
        "drug library ab12, version 3",
        "ketamine: ketamine (racemic)",
        "  concentrations: 1, 2 mg/mL",
        "  vials: 10 mg/mL",
        "  profiles: pain, 60 minutes",
        "  dose, mg/kg: asked above 0.5, at most 1",
        "syringe bd-60: BD 50/60 mL?, 46 mL usable",
    ]
