"""The words of the console socket that its two ends must agree on.

Theory of operation. The daemon and its clients share a wire, not code: the daemon may import much, a client
must start in a few milliseconds on a small box. What stands here is the little both need, the verbs and what
each one asks for, and it imports nothing. The daemon refuses by these tables; a client uses them only to know
when it has heard the last word.
"""

#: Longest line either way up to the daemon, bytes, newline included. An order is under 1 KiB; 16 KiB bounds
#: memory.
MAX_LINE_BYTES = 16_384

#: Can only lower delivery. Never behind a PIN, never queued, never behind a disk (design law 6).
LOWERING_VERBS = frozenset({"pause", "stop"})

#: The course of a clinic: what a start or a closing rests on asks for a PIN, what is only written down for a name.
CARE_PIN_VERBS = frozenset({"checklist", "prime", "observe", "sign_off", "close", "handover"})
CARE_VERBS = CARE_PIN_VERBS | {"event", "given", "note"}

#: Can raise delivery, or prepare to: the person is proven by PIN first (design law 1).
PIN_VERBS = frozenset({"order", "verify", "start", "resume", "restore"}) | CARE_PIN_VERBS

#: Need a name, so that the record says who; the name is proven only where a PIN is asked.
NAMED_VERBS = PIN_VERBS | LOWERING_VERBS | CARE_VERBS | {"acknowledge", "score", "present", "quiet"}

#: Answered by the console itself from the newest state, never passed on.
READING_VERBS = frozenset({"status", "watch", "derive", "library"})
#: Of these, what is asked of the drug library and told without being recorded: what an order would come to, and what
#: may be ordered.
CONSULTING_VERBS = frozenset({"derive", "library"})

#: Says that somebody can see or hear this connection. Repeated every few seconds on one connection, so its id may
#: repeat too: saying it twice means no more than saying it once.
LISTENING_VERB = "listening"
#: How often a listener speaks, link s: with the default of 15 s (`[alarms] listener_within_s`) two may be lost.
LISTENING_EVERY_S = 5.0

#: Every verb there is.
VERBS = NAMED_VERBS | READING_VERBS | {"measure", LISTENING_VERB}

#: Verbs that name the state the person was looking at, so that a stale screen moves nothing.
EPOCH_VERBS = frozenset({"verify", "start", "resume", "restore"}) | (CARE_PIN_VERBS - {"handover"})

#: Change what the pump does, so the last word is the readback: `confirmed` or `not_confirmed`.
MOVING_VERBS = frozenset({"start", "pause", "resume", "restore", "stop"})

#: What a person may enter with `score`, lowest and highest: MOAA/S, RASS, and whether symptoms of a hypertensive
#: crisis are seen (facts/clinical.md 3.2).
SCALES = {"moaas": (0, 5), "rass": (-5, 4), "symptoms": (0, 1)}

#: Longest note with an acknowledgement, and reason for an override, characters.
MAX_NOTE = 200

#: Texts of an order: those that make it one, and those that a bench may leave out (`pumpd/core/order.py`).
ORDER_TEXTS = (
    "patient",
    "drug",
    "weight_kg",
    "dose_mg_per_kg",
    "concentration_mg_per_ml",
    "minutes",
    "syringe",
)
MORE_ORDER_TEXTS = (
    "profile",
    "kind",
    "vial_mg_per_ml",
    "drawn_ml",
    "final_ml",
    "height_cm",
    "sex",
    "weight_basis",
    "previous_weight_kg",
    "line_ml",
    "syringe_confirmed",
    "override_reason",
)

#: No further line follows these for any verb. `not_confirmed` is not among them: `confirmed` may still come.
FINAL_STAGES = frozenset({"refused", "confirmed", "end"})


def is_final(verb: str, stage: str) -> bool:
    """Whether `stage` is the last word on a request of `verb`."""
    return stage in FINAL_STAGES or (stage == "accepted" and verb not in MOVING_VERBS)
