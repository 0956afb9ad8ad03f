"""Announcing files changes nothing, whatever is there of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pilotbook.report.readahead import announce


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="the system takes no announcements")
def test_files_that_are_there_are_announced_and_others_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced: list[bool] = []
    monkeypatch.setattr(os, "posix_fadvise", lambda descriptor, *_: announced.append(os.fstat(descriptor).st_size == 5))
    (tmp_path / "there").write_bytes(b"bytes")
    announce([tmp_path / "gone", tmp_path / "there"])
    assert announced == [True]


def test_a_system_without_announcements_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "posix_fadvise", raising=False)
    announce([tmp_path / "gone"])
