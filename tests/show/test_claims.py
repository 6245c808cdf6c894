"""A claim prints its number, what is claimed, and a verdict about the number before it is rounded."""

import math

import numpy as np
import pytest
import torch

from gan_edu.show.claims import claim


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"value": 0.894, "above": 0.8}, "quality 0.89   (claim: above 0.8, holds)"),
        ({"value": 0.7999, "above": 0.8}, "quality 0.80   (claim: above 0.8, FAILS)"),
        ({"value": 0.8, "above": 0.8}, "quality 0.80   (claim: above 0.8, FAILS)"),
        ({"value": 0.8, "below": 0.8}, "quality 0.80   (claim: below 0.8, FAILS)"),
        ({"value": 7, "above": 6}, "quality 7   (claim: above 6, holds)"),
        ({"value": 89.4, "above": 75, "unit": "%", "digits": 0}, "quality 89 %   (claim: above 75 %, holds)"),
        ({"value": -0.5, "above": -1, "below": 0}, "quality -0.50   (claim: between -1 and 0, holds)"),
        ({"value": 1, "above": 0, "below": 1}, "quality 1   (claim: between 0 and 1, FAILS)"),
        ({"value": 8.5, "near": 8, "within": 0.5}, "quality 8.50   (claim: within 0.5 of 8, holds)"),
        ({"value": 7.4, "near": 8, "within": 0.5}, "quality 7.40   (claim: within 0.5 of 8, FAILS)"),
        ({"value": 3.14e-9, "below": 1e-6}, "quality 3.1e-09   (claim: below 1e-06, holds)"),
        ({"value": 0.0, "below": 1e-6}, "quality 0.00   (claim: below 1e-06, holds)"),
        ({"value": 12345, "above": 9_999}, "quality 12,345   (claim: above 9,999, holds)"),
        ({"value": math.nan, "above": 0}, "quality nan   (claim: above 0, FAILS)"),
        ({"value": math.inf, "above": 0}, "quality inf   (claim: above 0, FAILS)"),
        ({"value": np.float32(0.5), "above": torch.tensor(0.25)}, "quality 0.50   (claim: above 0.25, holds)"),
        ({"value": torch.tensor(3), "below": np.int64(4)}, "quality 3   (claim: below 4, holds)"),
    ],
)
def test_one_line_says_number_claim_and_verdict(given: dict, line: str, capsys: pytest.CaptureFixture[str]):
    claim("quality", **given)
    assert capsys.readouterr().out == line + "\n"


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({}, ValueError, "a claim must have above, below, or near and within, got none of them"),
        ({"near": 8}, ValueError, "near and within must be given together, got 8 and None"),
        ({"within": 0.5}, ValueError, r"near and within must be given together, got None and 0\.5"),
        ({"near": 8, "within": 0.5, "above": 7}, ValueError, "bounds, or near and within, got both"),
        ({"near": 8, "within": 0}, ValueError, "within must be finite and above zero, got 0"),
        ({"above": 1, "below": 1}, ValueError, "above must be less than below, got 1 and 1"),
        ({"above": "0.8"}, TypeError, "above must be a real number, got '0.8'"),
        ({"value": True, "above": 0}, TypeError, "value must be a real number, got True"),
        ({"value": torch.ones(2), "above": 0}, TypeError, "value must be a real number, got tensor"),
        ({"above": 0, "unit": "of 8"}, ValueError, "unit must be one word without digits or brackets, got 'of 8'"),
        ({"above": 0, "digits": -1}, ValueError, "digits must be an integer of at least 0, got -1"),
        ({"above": 0, "label": ""}, ValueError, "label must be one line, not empty"),
        ({"above": 0, "label": "a 1   (claim: "}, ValueError, r"label must be .* without '\(claim:'"),
    ],
)
def test_what_claims_nothing_is_refused(given: dict, error: type[Exception], message: str):
    with pytest.raises(error, match=message):
        claim(**{"label": "quality", "value": 1.0, **given})
