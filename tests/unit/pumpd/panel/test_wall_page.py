"""The wall: a tile for each bed, each with its own PAUSE."""

from pumpd.panel.frame import Frame
from pumpd.panel.wall_page import wall_page
from pumpd.panel.words import Words


def test_each_bed_has_a_tile_a_pause_and_a_way_to_its_page() -> None:
    page = wall_page(Frame(Words("en"), "t"), ["bed-1", "bed-2"])
    for key in ("bed-1", "bed-2"):
        assert f'data-pauses="{key}"' in page
        assert f'href="/bed/{key}"' in page
    assert 'data-beds="bed-1 bed-2"' in page
