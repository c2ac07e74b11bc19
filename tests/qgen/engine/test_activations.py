"""What the table of activations says of each."""

import numpy as np
import pytest

from qgen.engine.activations import ACTIVATIONS


@pytest.mark.parametrize(("name", "lowest"), [("sigmoid", 0), ("softmax", 0), ("tanh", -1)])
def test_an_activation_is_near_saturation_where_it_is_near_one_of_its_ends(name, lowest):
    middle = (lowest + 1) / 2
    headroom = ACTIVATIONS[name].headroom(np.array([lowest + 0.01, middle, 1 - 0.01]))
    assert headroom == pytest.approx([0.01, 1 - middle, 0.01])
