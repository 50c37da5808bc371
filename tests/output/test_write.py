"""Files appear whole, together, or not at all, whatever happens meanwhile."""

from __future__ import annotations

import os
import resource
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from archc.output import NotOurs, is_stream, write
from archc.output.folder import locked
from archc.output.seals import sealed

OLD, NEW = b"old\n", b"new\n" * 1000
OURS = sealed(b"digraph {\n}\n", "dot")

SLOW = """
import os, signal, sys, time
from pathlib import Path
from archc.cli.app import end_in_order
from archc.output import write

def wait(file):
    print("half", flush=True)
    time.sleep(60)

os.fsync = wait
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs the tests may ignore it
end_in_order()
write({Path(sys.argv[1]): b"new", Path(sys.argv[2]): b"new"}, force=True)
"""
PAIRS = """
import sys
from pathlib import Path
from archc.output import write

tag, folder = sys.argv[1].encode(), Path(sys.argv[2])
for _ in range(40):
    write({folder / "net.py": tag, folder / "net.safetensors": tag * 50_000}, force=True, durable=False)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """One file that is there, and one that is not."""
    there = tmp_path / "there.svg"
    there.write_bytes(OLD)
    return there, tmp_path / "made" / "deep" / "absent.svg"


def assert_as_before(pair: tuple[Path, Path]) -> None:
    assert pair[0].read_bytes() == OLD
    assert names(pair[0].parent) == ["there.svg"]


def test_a_set_appears_with_its_folders(pair: tuple[Path, Path]) -> None:
    write(dict.fromkeys(pair, NEW), force=True)
    assert [path.read_bytes() for path in pair] == [NEW, NEW]
    assert names(pair[1].parent) == ["absent.svg"]


def test_a_full_disk_leaves_all_as_it_was(pair: tuple[Path, Path]) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large") as caught:
            write({pair[0]: NEW, pair[1]: NEW * 10}, force=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.filename == str(pair[1])
    assert_as_before(pair)


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("/proc/x.svg", "No such file"),
        ("there.svg/x.svg", "Not a directory"),
        (f"{'n' * 256}.svg", "File name too long"),
        ("loop.svg", "symbolic links"),
        (".", "Is a directory"),
    ],
)
def test_an_impossible_place_keeps_the_others_from_appearing(
    pair: tuple[Path, Path], place: str, reason: str
) -> None:
    loop = pair[0].with_name("loop.svg")
    loop.symlink_to(loop)
    with pytest.raises(OSError, match=reason) as caught:
        write({pair[0]: NEW, pair[1]: NEW, pair[0].parent / place: NEW}, force=True)
    assert caught.value.filename == str(pair[0].parent / place)
    loop.unlink()
    assert_as_before(pair)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_or_file_is_left_alone(pair: tuple[Path, Path]) -> None:
    pair[0].chmod(0o444)
    with pytest.raises(PermissionError):
        write({pair[0]: NEW}, force=True)
    pair[0].chmod(0o644)
    pair[0].parent.chmod(0o555)
    with pytest.raises(PermissionError):
        write({pair[0]: NEW}, force=True)
    pair[0].parent.chmod(0o755)
    assert_as_before(pair)


@pytest.mark.parametrize(
    "error", [PermissionError(1, "Operation not permitted"), KeyboardInterrupt()]
)
def test_what_was_renamed_is_put_back(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    last, rename = pair[0].with_name("last.svg"), os.replace
    last.write_bytes(OLD)

    def replace(source: Path, target: Path) -> None:
        if target == last and source.read_bytes() == NEW:
            raise error
        rename(source, target)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(type(error)):
        write(dict.fromkeys([*pair, last], NEW), force=True)
    assert last.read_bytes() == OLD
    last.unlink()
    assert_as_before(pair)


@pytest.mark.parametrize(
    ("sent", "status"), [(signal.SIGINT, None), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_it_cleanly(
    pair: tuple[Path, Path], sent: signal.Signals, status: int | None
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SLOW, *map(str, pair)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        process.send_signal(sent)
    assert process.returncode == (status or -signal.SIGINT)
    assert_as_before(pair)


def test_what_a_killed_process_left_goes_with_the_next_write(pair: tuple[Path, Path]) -> None:
    there, folder = pair[0], pair[0].parent
    with subprocess.Popen(
        [sys.executable, "-c", SLOW, *map(str, pair)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (part,) = (name for name in names(folder) if name != "there.svg")
        assert part.startswith(".archc-")
        long_ago = time.time() - 3600
        os.utime(folder / part, (long_ago, long_ago))
        write({there: NEW}, force=True)
        assert part in names(folder), "its writer is alive"
        process.kill()
    assert (there.read_bytes(), part in names(folder)) == (NEW, True)
    write({there: OLD}, force=True)
    assert_as_before(pair)


def test_files_of_one_call_stay_together(tmp_path: Path) -> None:
    """Four processes write the same two names; whoever looks in between sees two of one kind."""
    writers = [
        subprocess.Popen([sys.executable, "-c", PAIRS, tag, str(tmp_path)]) for tag in "abcd"
    ]
    seen = set()
    while any(writer.poll() is None for writer in writers):
        with locked({tmp_path}):
            found = [path.read_bytes() for path in sorted(tmp_path.glob("net.*"))]
        if found:
            source, weights = found
            assert weights == source * 50_000
            seen.add(source)
    assert [writer.wait() for writer in writers] == [0] * 4
    assert len(seen) > 1
    assert names(tmp_path) == ["net.py", "net.safetensors"]


def test_links_are_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("there.svg", "absent.svg"):
        (tmp_path / name).symlink_to(f"elsewhere/{name}")
    (elsewhere / "there.svg").write_bytes(OLD)
    write(dict.fromkeys([tmp_path / "there.svg", tmp_path / "absent.svg"], NEW), force=True)
    assert (tmp_path / "there.svg").is_symlink()
    assert {path.name: path.read_bytes() for path in elsewhere.iterdir()} == {
        "there.svg": NEW,
        "absent.svg": NEW,
    }


def test_modes_are_kept_and_new_files_follow_the_umask(pair: tuple[Path, Path]) -> None:
    pair[0].chmod(0o600)
    mask = os.umask(0o027)
    try:
        write(dict.fromkeys(pair, NEW), force=True)
    finally:
        os.umask(mask)
    assert [stat.S_IMODE(path.stat().st_mode) for path in pair] == [0o600, 0o640]


def test_devices_and_pipes_are_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe, null = tmp_path / "pipe.svg", tmp_path / "null.svg"
    os.mkfifo(pipe)
    null.symlink_to(os.devnull)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write({pipe: NEW, null: NEW, tmp_path / "plain.svg": NEW})
    reader.join(10)
    assert got == [NEW]
    assert pipe.is_fifo()
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)
    assert names(tmp_path) == ["null.svg", "pipe.svg", "plain.svg"]


def test_a_file_saved_meanwhile_is_kept(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the new files are written, somebody edits the old one, or saves one where none was."""
    there, _ = pair
    sync = os.fsync
    for path in pair:
        there.write_bytes(OURS)

        def save(file: int, path: Path = path) -> None:
            if path.parent.exists():
                path.write_bytes(OLD)
            sync(file)

        with monkeypatch.context() as patch, pytest.raises(NotOurs) as caught:
            patch.setattr(os, "fsync", save)
            write(dict.fromkeys(pair, NEW))
        assert caught.value.filename == str(path)
        assert path.read_bytes() == OLD
        assert not list(there.parent.rglob(".archc-*"))
    assert there.read_bytes() == OURS


def test_streams_are_told_from_files_and_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe, file = tmp_path / "pipe", tmp_path / "x.svg"
    os.mkfifo(pipe)
    file.touch()
    streams = [pipe, Path(os.devnull), Path("/dev/stdout"), Path("/dev/fd/1")]
    assert all(map(is_stream, streams))
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(tmp_path)  # a socket's name is short
        server.bind("socket")
        others = [file, tmp_path, tmp_path / "socket", tmp_path / "absent", file / "below"]
        assert not any(map(is_stream, others))


def test_standard_output_goes_on_where_it_was(tmp_path: Path) -> None:
    script = "from pathlib import Path; from archc.output import write; print('before')\n"
    script += "write({Path('/dev/stdout'): b'picture\\n'}); print('after')"
    log = tmp_path / "log"
    with log.open("wb") as file:
        subprocess.run([sys.executable, "-c", script], stdout=file, check=True)
    assert log.read_text() == "before\npicture\nafter\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_stream_that_takes_nothing_keeps_the_files_from_appearing(
    pair: tuple[Path, Path],
) -> None:
    with pytest.raises(OSError, match="No space left"):
        write({pair[0]: NEW, pair[1]: NEW, Path("/dev/full"): NEW}, force=True)
    assert_as_before(pair)
