from __future__ import annotations

import functools
import operator
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.tamis.columns import Rows

NODES = 30
groups = st.lists(
    st.lists(st.integers(0, NODES - 1), min_size=1, max_size=40).map(tuple), min_size=1, max_size=30
)
values = st.lists(st.integers(0, 255), min_size=NODES, max_size=NODES)


@pytest.mark.parametrize(
    ("how", "plainly"), [(np.maximum, max), (np.minimum, min), (np.bitwise_or, operator.or_)]
)
@given(groups=groups, values=values)
def test_columns_combine_each_group(
    how: np.ufunc, plainly: Callable[[int, int], int], groups: list[tuple[int, ...]], values: list[int]
) -> None:
    rows = Rows(groups)
    found = rows.combined(how, np.array(values, np.uint8))
    assert sorted(rows.order) == list(range(len(groups)))
    for group, value in zip(rows.order, found, strict=True):
        assert value == functools.reduce(plainly, (values[each] for each in groups[group]))
