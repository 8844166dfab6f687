"""Maps of a sweep: every value at its own place, whatever the axis, and points that can be clicked."""

import numpy as np
import pytest

from medrnn import plots
from medrnn.plots.theme import GATES


@pytest.fixture
def values(rng):
    return rng.uniform(0, 1, (3, 5, 7)).astype(np.float32)


def test_a_map_lies_over_the_image_place_by_place(values):
    picture = np.zeros((30, 50), np.uint8)
    figure = plots.state_map(picture, values[..., 2], "f", place=(1, 4))
    heat, points = figure.data
    np.testing.assert_array_equal(heat.z, values[..., 2])
    assert (heat.zmin, heat.zmax) == (0, 1)
    for (row, column), x, y in zip(points.customdata, points.x, points.y, strict=True):
        assert (row, column) == (y, x)
    image = figure.layout.images[0]
    assert (image.sizex, image.sizey, image.x, image.y) == (5, 3, -0.5, -0.5)
    assert figure.layout.yaxis.range == (2.5, -0.5)  # the first row on top
    mark = figure.layout.shapes[0]
    assert (mark.x0, mark.x1, mark.y0, mark.y1) == (3.5, 4.5, 0.5, 1.5)
    top = heat.colorscale[-1][1]
    red, green, blue = (int(GATES["light"]["f"][k : k + 2], 16) for k in (1, 3, 5))
    assert top.startswith(f"rgba({red},{green},{blue},") and heat.colorscale[0][1].endswith(",0)")


def test_a_signed_state_is_clear_at_zero(values):
    heat = plots.state_map(np.zeros((6, 10, 3), np.uint8), values[..., 0], "h", place=(0, 0)).data[0]
    assert (heat.zmin, heat.zmax) == (-1, 1)
    clear = [place for place, colour in heat.colorscale if colour.endswith(",0)")]
    assert clear == [0.5]


def test_an_atlas_holds_every_unit_once_in_its_order(values):
    order = np.array([6, 0, 3, 1, 2, 5, 4])
    figure = plots.unit_atlas(values, "i", order, chosen=3)
    sheet, points = np.asarray(figure.data[0].z), figure.data[1]
    assert [unit for (unit,) in points.customdata] == order.tolist()
    for (unit,), x, y in zip(points.customdata, points.x, points.y, strict=True):
        left, top = round(x - 2), round(y - 1)
        np.testing.assert_array_equal(sheet[top : top + 3, left : left + 5], values[..., unit])
    assert np.isfinite(sheet).sum() == values.size
