"""Which Python the environment is made with. The interpreters here are stand-ins that say what they would measure."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def make_python(folder: Path, name: str = "python3.11", *, microseconds: int = 1, is_new_enough: bool = True) -> Path:
    """A program which answers the two questions that are put to an interpreter."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    verdict = 0 if is_new_enough else 1
    path.write_text(f'#!/bin/sh\ncase "$2" in *version_info*) exit {verdict};; esac\necho {microseconds}\n')
    path.chmod(0o755)
    return path


def which(*folders: Path, python: str = "") -> str:
    path = ":".join(map(str, folders))
    found = subprocess.run(
        [ROOT / "deploy" / "environment", "--which"],
        env={"PATH": f"{path}:{os.defpath}", "PYTHON": python},
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.strip()


def test_of_two_with_one_version_the_quicker_is_taken(tmp_path: Path) -> None:
    slow = make_python(tmp_path / "a", microseconds=0)
    assert which(slow.parent) == str(slow)  # quicker than any that is installed
    quick = make_python(tmp_path / "b", microseconds=-1)
    assert which(slow.parent, quick.parent) == str(quick)


def test_the_version_that_the_tests_ran_with_comes_before_speed(tmp_path: Path) -> None:
    usual = make_python(tmp_path / "a", microseconds=0)
    make_python(tmp_path / "a", "python3.13", microseconds=-1)
    assert which(usual.parent) == str(usual)


def test_one_that_is_named_is_taken_whatever_it_measures(tmp_path: Path) -> None:
    make_python(tmp_path / "a", microseconds=0)
    named = make_python(tmp_path / "b", microseconds=9_999_999)
    assert which(tmp_path / "a", python=str(named)) == str(named)


def test_one_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    make_python(tmp_path / "a", is_new_enough=False)
    good = make_python(tmp_path / "b", microseconds=0)
    assert which(tmp_path / "a", good.parent) == str(good)
