"""Of each code there is one unpacked copy, whoever runs it."""

import zipfile
from pathlib import Path
from types import SimpleNamespace

from infra.local.shared_code import share_code


def unpack(runtime: SimpleNamespace, folder: Path, name: str, content: str) -> Path:
    """What the local cloud does for a process; gives the folder of its code."""
    code = folder / name / "code"
    code.mkdir(parents=True)
    with zipfile.ZipFile(folder / name / "code.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), content)
    with runtime.zipfile.ZipFile(str(folder / name / "code.zip")) as archive:
        archive.extractall(str(code))
    return code


def test_processes_share_a_copy_of_the_same_code_and_have_another_of_other_code(tmp_path: Path) -> None:
    runtime = SimpleNamespace(zipfile=zipfile)
    share_code(runtime, tmp_path)
    first, second = (unpack(runtime, tmp_path, name, "1") for name in ("first", "second"))
    third = unpack(runtime, tmp_path, "third", "2")
    assert [(it / "app.py").read_text() for it in (first, second, third)] == ["1", "1", "2"]
    assert first.resolve() == second.resolve() != third.resolve()
    assert issubclass(runtime.zipfile.BadZipFile, Exception)


def test_a_copy_that_was_not_finished_is_made_again(tmp_path: Path) -> None:
    runtime = SimpleNamespace(zipfile=zipfile)
    share_code(runtime, tmp_path)
    kept = unpack(runtime, tmp_path, "first", "1").resolve()
    kept.rename(kept.with_name(f"{kept.name}.unfinished"))
    (kept.with_name(f"{kept.name}.unfinished") / "odd").touch()
    assert [it.name for it in unpack(runtime, tmp_path, "second", "1").iterdir()] == ["app.py"]
