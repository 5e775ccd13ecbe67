"""Headers are safe on every Python that the product allows, as far as one is here (C2, M-01 to M-04).

The others run with the packages of this one; `python -m bench --only headers` does the same with 100,000 letters.
"""

import platform

import pytest

from bench import headers

OTHERS = {
    version: program for version, program in headers.pythons().items() if version != platform.python_version()
}
LETTERS = 200


@pytest.mark.parametrize(
    "version", OTHERS or [pytest.param("none", marks=pytest.mark.skip("no other Python is here"))]
)
def test_c2_m_01_no_header_is_altered_on_another_python(version):
    found = headers.run(OTHERS[version], LETTERS, seed=7)
    assert (found["made"], found["altered"]) == (LETTERS, 0), found["examples"]
    assert found["refused"] > 0
