"""Numbers keep the digits that tell them apart."""

from __future__ import annotations

import pytest

from recurra.text.decimals import decimal_text, decimals_for


@pytest.mark.parametrize(
    ("value", "difference", "text"),
    [
        (41.3057, 3.0, "41.306"),
        (-0.00004, 1.0, "0.000"),
        (5_004_735.4, 6e5, "5004735"),
        (1e12 + 185.34, 150, "1000000000185.3"),
        (9007199254745004, 700, "9007199254745004"),
        (4.586e-14, 1.2e-14, "4.586e-14"),
        (-4.586e-14, 1.2e-14, "-4.586e-14"),
        (1.3e-15, 1.2e-14, "1.30e-15"),
        (0.0, 1.2e-14, "0"),
        (1.5e40, 1e39, "1.5000e+40"),
        (0.000123456, 2e-5, "0.00012346"),
        (1e100, 1e-3, "1.000000000000000e+100"),
    ],
)
def test_written(value: float, difference: float, text: str) -> None:
    assert decimal_text(value, decimals_for(difference)) == text


def test_grouped() -> None:
    assert decimal_text(5_004_735.4, 0, grouped=True) == "5,004,735"
    assert decimal_text(4e-14, 16, grouped=True) == "4.00e-14"
