"""Labels beside discs: none on another where there is room, and always the same."""

from __future__ import annotations

from itertools import combinations

from archc.plots.placing import Box, Disc, placed

AREA = Box(0, 0, 800, 400)


def overlaps(one: Box, other: Box) -> bool:
    across = min(one.right, other.right) - max(one.left, other.left)
    return across > 0 and min(one.top, other.top) - max(one.bottom, other.bottom) > 0


def test_a_label_stands_in_its_disc_if_it_fits_or_to_its_right() -> None:
    inside, beside = placed([Disc(100, 200, 40), Disc(400, 200, 10)], [(50, 12)] * 2, AREA)
    assert (inside.x, inside.y, inside.line) == (100, 200, None)
    assert (beside.x, beside.y, beside.line) == (400 + 10 + 2 + 25, 200, None)


def test_a_label_at_the_edge_turns_inwards() -> None:
    (place,) = placed([Disc(795, 200, 4)], [(60, 12)], AREA)
    assert place.box.right <= 800
    assert place.line is None


def test_neighbours_evade_each_other_and_obstacles() -> None:
    discs = [Disc(400 + 6 * k, 200 + 3 * k, 8) for k in range(8)]
    wall = [Disc(480, y, 3) for y in range(100, 300, 5)]
    places = placed(discs, [(70, 12)] * 8, AREA, wall)
    assert not any(overlaps(a.box, b.box) for a, b in combinations(places, 2))
    assert not any(a.box.left < 480 < a.box.right and 100 < a.y < 300 for a in places)
    assert any(place.line for place in places)
    assert places == placed(discs, [(70, 12)] * 8, AREA, wall)


def test_many_discs_in_one_place_are_no_failure() -> None:
    places = placed([Disc(400, 200, 5)] * 70, [(90, 12)] * 70, AREA)
    assert len(places) == 70


def test_nothing_to_place() -> None:
    assert placed([], [], AREA) == []
