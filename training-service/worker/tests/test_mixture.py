"""Retention by replay: resampling by weight and replay by share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whetstone_worker.retention.mixture import ReplayMixture, copies, replay_count, resample, sample
from whetstone_worker.retention.port import ReplaySet


@pytest.mark.parametrize(
    ("weight", "chance", "expected"),
    [(1.0, 0.99, 1), (0.0, 0.24, 1), (0.0, 0.26, 0), (9.0, 0.5, 2), (1.5, 0.4, 2), (1.5, 0.6, 1)],
)
def test_should_clip_weights(weight, chance, expected):
    assert copies(weight, chance) == expected


def test_should_reach_the_share_of_the_demo():
    assert replay_count(240, 0.67, 0.67) == 487


@given(st.integers(1, 500), st.floats(0, 0.9))
def test_should_reach_the_share_of_the_final_mix(feedback, share):
    replayed = replay_count(feedback, share, share)

    assert replayed / (replayed + feedback) == pytest.approx(share, abs=1 / (feedback + replayed))


@given(st.integers(1, 30), st.integers(0, 100), st.integers(0, 9))
def test_should_repeat_replay_rows_only_when_the_set_is_too_small(size, count, seed):
    chosen = sample(list(range(size)), count, seed, "set")

    assert len(chosen) == count
    most, least = max(map(chosen.count, range(size))), min(map(chosen.count, range(size)))
    assert most - least <= 1


@given(st.lists(st.floats(0, 5), min_size=1, max_size=40), st.integers(0, 9))
def test_should_give_equal_rows_for_equal_seeds(weights, seed):
    items = list(range(len(weights)))
    replay = [ReplaySet("a", ["x", "y"], 0.3)]

    rows = ReplayMixture().training_rows(items, weights, replay, seed)

    assert rows == ReplayMixture().training_rows(items, weights, replay, seed)
    assert resample(items, weights, seed)


def test_should_take_every_row_of_weight_one_once():
    assert sorted(ReplayMixture().training_rows([3, 1, 2], [1.0, 1.0, 1.0], [], 5)) == [1, 2, 3]
