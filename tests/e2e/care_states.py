"""States that a daemon with a clinic's course shows, by hand: what the panel must draw without one."""

from typing import Any

from panel_console import STATE

ITEMS = [
    ("psychosis", "Is there a history of psychosis?", "contraindications", "yes", "no"),
    ("pregnancy", "Is the patient pregnant?", "contraindications", "yes", "no"),
    ("identity", "Name and date of birth asked and matched?", "bedside", "no", "yes"),
    ("cuff", "Is the cuff on the arm without the infusion?", "bedside", "no", None),
]

CARE: dict[str, Any] = {
    "course": "clinic",
    "step": "checklist",
    "next": "A nurse answers the checklist",
    "nurse": "nina",
    "checklist": {
        "items": [
            {"key": key, "text": text, "group": group, "blocks": blocks, "answer": answer}
            for key, text, group, blocks, answer in ITEMS
        ],
        "by": "",
        "is_complete": False,
        "blocking": [],
    },
    "prime": None,
    "allowances": {"prime_ml": "2.0"},
    "prompts": [
        {"key": "score", "text": "Enter a sedation score", "due_in_s": 240},
        {"key": "present", "text": "Confirm that somebody is present", "due_in_s": -65},
    ],
    "observations": [],
    "ended_ago_s": None,
    "closable_in_s": None,
    "close_blocked_by": [],
    "sign_off": None,
    "closed": None,
    "log": [{"kind": "note", "text": "patient prefers dim light", "by": "nina", "wall_ms": 0}],
    "series": {"number": 2, "of": 6, "last_wall_ms": None, "warnings": ["last infusion 20 h ago"]},
}


def _slot(minute: int, due_s: int, is_done: bool) -> dict[str, Any]:
    values = {
        "sys": 128,
        "dia": 79,
        "hr": 70,
        "spo2": 98,
        "moaas": 5,
        "dissociation": 1,
        "by": "nina",
        "note": "",
    }
    return {
        "slot_min": minute,
        "due_in_s": due_s,
        "is_done": is_done,
        "wall_ms": 0,
        "is_recovered": is_done,
        **values,
    }


CHECKLIST = {**STATE, "phase": "verified", "word": "READY", "headline": "Verified, not started", "care": CARE}
RUNNING = {**STATE, "care": {**CARE, "step": "infusing", "next": ""}}
OBSERVING = {
    **STATE,
    "phase": "completed",
    "word": "OBSERVING",
    "headline": "The dose is complete; the patient is being observed",
    "rate": {**STATE["rate"], "permitted_nl_h": 0, "commanded_nl_h": 0, "reported_nl_h": 0},
    "care": {
        **CARE,
        "step": "observing",
        "next": "Observation +30 min is due",
        "prompts": [{"key": "observe", "text": "Observation +30 min", "due_in_s": -120}],
        "observations": [
            _slot(15, -900, True),
            _slot(30, -120, False),
            _slot(45, 780, False),
            _slot(60, 1680, False),
        ],
        "close_blocked_by": ["26 min of 60 min observed"],
        "closable_in_s": 1560,
    },
}


def alarm(key: str, priority: str, text: str, **more: Any) -> dict[str, Any]:
    known = {"key": key, "rule": key, "members": [key], "priority": priority, "text": text, "since_ms": 0}
    return {
        **known,
        "age_s": 12,
        "acknowledged": "",
        "first_out": False,
        "present": True,
        "escalation": 0,
        **more,
    }


def alarmed(priority: str, text: str, word: str = "PAUSED") -> dict[str, Any]:
    signal = {**STATE["signal"], "light": priority, "sound": priority}
    flow_nl_h = 0 if word == "PAUSED" else STATE["rate"]["programmed_nl_h"]
    rate = {**STATE["rate"], **{f"{name}_nl_h": flow_nl_h for name in ("permitted", "commanded", "reported")}}
    return {
        **STATE,
        "word": word,
        "rate": rate,
        "time_left_s": None if word == "PAUSED" else STATE["time_left_s"],
        "headline": f"Paused: {text}",
        "alarms": [alarm("X", priority, text)],
        "signal": signal,
    }


LIBRARY = {
    "hash": "3f2a",
    "drugs": [
        {
            "key": "ketamine",
            "title": "Ketamine (racemic)",
            "concentrations": ["1", "2", "10"],
            "limits": [
                {"code": "weight", "field": "weight_kg", "title": "weight", "unit": "kg"}
                | {"hard_min": "30", "soft_min": "40", "soft_max": "150", "hard_max": "200"}
            ],
            "profiles": ["depression", "pain"],
            "vials": [
                {"mg_per_ml": "10", "title": "10 mg/mL (200 mg in 20 mL)", "dilute_at_least": 1},
                {"mg_per_ml": "50", "title": "50 mg/mL (500 mg in 10 mL)", "dilute_at_least": 1},
            ],
        }
    ],
    "syringes": [{"key": "bd-60", "title": "BD Plastipak 60 mL", "fill_ml": "50"}],
}
SOFT = {
    "code": "dose_above_soft",
    "field": "dose_mg_per_kg",
    "text": "1 mg/kg is above the soft limit of 0.6 mg/kg",
}
HARD = {
    "code": "weight_hard",
    "field": "weight_kg",
    "text": "weight 700 kg is above the hard limit of 200 kg",
}
DERIVATION = {
    "steps": [
        "dose 70 kg x 0.5 mg/kg = 35 mg",
        "volume 35 mg / 2 mg/mL = 17.5 mL",
        "rate 17.5 mL / 40 min = 26.2 mL/h",
    ],
    "problems": [{**SOFT, "is_soft": True}, {**HARD, "is_soft": False}],
    "programme": {"dose_mg": "35", "volume_ml": "17.5", "rate_ml_h": "26.2"},
}
