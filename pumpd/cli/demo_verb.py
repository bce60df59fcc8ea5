"""placeholder"""


def add_parser(verbs): ...
