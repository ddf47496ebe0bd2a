"""The workflow that publishes: its checks, and where each artefact goes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

WORKFLOWS = Path(__file__).resolve().parents[2] / ".github" / "workflows"
JOBS: dict[str, Any] = yaml.safe_load((WORKFLOWS / "release.yml").read_text(encoding="utf-8"))["jobs"]


def steps(job: str, key: str) -> list[Any]:
    return [step[key] for step in JOBS[job]["steps"] if key in step]


def script(job: str, name: str) -> str:
    """The script of a step by its name."""
    [found] = [step["run"] for step in JOBS[job]["steps"] if step.get("name") == name]
    return str(found)


def run(text: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text]
    return subprocess.run(command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository at version 1.2.3 with one commit on main and one that is on no branch."""
    git = "git -c user.name=a -c user.email=a@example.com -c commit.gpgsign=false"
    set_up = f"""
        git init --quiet --initial-branch=main
        printf '[project]\\nname = "x"\\nversion = "1.2.3"\\n' > pyproject.toml
        git add pyproject.toml
        {git} commit --quiet --message one
        git update-ref refs/remotes/origin/main HEAD
        {git} commit --quiet --allow-empty --message aside
        git tag aside
        git reset --quiet --hard HEAD~1
    """
    run(set_up, tmp_path).check_returncode()
    return tmp_path


def test_nothing_is_built_before_the_tag_is_checked_and_the_tests_have_passed() -> None:
    """Each job waits for the one before it, and the tests are those of the test workflow."""
    assert {name: job.get("needs") for name, job in JOBS.items()} == {
        "tag": None,
        "test": "tag",
        "build": "test",
        "publish": "build",
        "release": "publish",
    }
    called = yaml.safe_load((WORKFLOWS / JOBS["test"]["uses"].rpartition("/")[2]).read_text(encoding="utf-8"))
    assert "workflow_call" in called[True]  # YAML 1.1 reads `on` as a boolean


@pytest.mark.parametrize(
    ("tag", "at", "refused"),
    [
        ("v1.2.3", "main", ""),
        ("v1.2.4", "main", "The tag is v1.2.4, and the version in pyproject.toml is 1.2.3."),
        ("v1.2.3", "aside", "The tag v1.2.3 is not on main."),
    ],
)
def test_only_the_versions_own_tag_on_main_is_released(clone: Path, tag: str, at: str, refused: str) -> None:
    """Any other tag ends the workflow with a line that explains why."""
    commit = subprocess.run(["git", "rev-parse", at], cwd=clone, check=True, capture_output=True, text=True).stdout

    checked = run(
        script("tag", "the tag is the version, and on main"), clone, GITHUB_REF_NAME=tag, GITHUB_SHA=commit.strip()
    )

    assert (checked.returncode, checked.stdout.strip()) == (
        int(bool(refused)),
        f"::error::{refused}" if refused else "",
    )


def test_only_sdist_and_wheel_go_to_the_package_index() -> None:
    """The plugin is built in a separate folder and goes to the release page."""
    uploaded = {each["name"]: each["path"] for each in steps("build", "with") if "path" in each}

    assert uploaded == {"dist": "dist/", "plugin": "build/plugin/"}
    assert [each["name"] for each in steps("publish", "with")] == ["dist"]
    assert [each["name"] for each in steps("release", "with")] == ["plugin"]
    assert {name: job.get("permissions") for name, job in JOBS.items()} == {
        "tag": None, "test": None, "build": None, "publish": {"id-token": "write"}, "release": {"contents": "write"}
    }  # fmt: skip


def test_the_release_has_an_archive_for_each_supported_system(tmp_path: Path) -> None:
    """The names are those by which the engine looks for them."""
    (tmp_path / "plugin").mkdir()
    (tmp_path / "plugin" / "pulumi-resource-eightx8-v1.2.3.tar.gz").write_text("archive")
    (tmp_path / "gh").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tmp_path / "gh").chmod(0o755)

    attached = run(
        script("release", "attach the plugin to the release"), tmp_path,
        GITHUB_REF_NAME="v1.2.3", PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
    )  # fmt: skip

    systems = ("darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64")
    assert set(attached.stdout.splitlines()) >= {
        "v1.2.3", *(f"plugin/pulumi-resource-eightx8-v1.2.3-{system}.tar.gz" for system in systems)
    }  # fmt: skip
