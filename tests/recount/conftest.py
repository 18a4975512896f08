"""What a check found is told as in a test."""

import pytest

pytest.register_assert_rewrite(*(f"tests.recount.{name}" for name in ("checks", "answers", "similarity", "pages")))
