"""Commands as processes, real ones."""

import os
import signal
from threading import Thread

import pytest
from conftest import write_script
from shardlift_airflow.run_process import follow_process, start_process, stop_process


def run(words, variables=None):
    log = []
    ended = follow_process(start_process(words, variables or {}), log.append)
    return ended, log


def test_the_last_line_of_stdout_counts_whatever_stderr_says_after_it(tmp_path):
    words = write_script(
        tmp_path, "print('first'); print('{\"a\": 1}', flush=True); print('late warning', file=sys.stderr)"
    )
    ended, log = run(words)
    assert (ended.code, ended.last_line, ended.tail) == (0, '{"a": 1}', "late warning")
    assert sorted(log) == ["first", "late warning", '{"a": 1}']


@pytest.mark.parametrize("code", [0, 64, 65, 69, 70, 75, 99])
def test_exit_codes_arrive_as_they_are(tmp_path, code):
    assert run(write_script(tmp_path, f"sys.exit({code})"))[0].code == code


def test_a_killed_process_has_a_shells_code(tmp_path):
    assert run(write_script(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)"))[0].code == 137


def test_words_reach_the_command_unread_by_any_shell(tmp_path):
    hostile = ["x; rm -rf ~", "$(id)", "a b", "*", "'", '"', "\n", "| tee", "é"]
    words = [*write_script(tmp_path, "print(json.dumps(sys.argv[1:]))"), *hostile]
    import json

    assert json.loads(run(words)[0].last_line) == hostile


def test_variables_are_added_to_the_workers_own(tmp_path, monkeypatch):
    monkeypatch.setenv("SHARDLIFT_OF_WORKER", "kept")
    words = write_script(tmp_path, "print(os.environ['SHARDLIFT_OF_WORKER'], os.environ['SHARDLIFT_CONFIG'])")
    assert run(words, {"SHARDLIFT_CONFIG": "/a b"})[0].last_line == "kept /a b"


def test_much_of_both_streams_blocks_nothing(tmp_path):
    text = "for i in range(20000): print('o' * 80); print('e' * 80, file=sys.stderr)"
    ended, log = run(write_script(tmp_path, text))
    assert (ended.code, len(log), ended.tail.count("\n")) == (0, 40_000, 39)


def test_odd_bytes_end_nothing(tmp_path):
    ended, _ = run(write_script(tmp_path, "sys.stdout.buffer.write(b'\\xff\\xfe\\n')"))
    assert (ended.code, ended.last_line) == (0, "\ufffd\ufffd")


def test_a_stop_reaches_the_command_and_what_it_started_and_lets_it_end_cleanly(tmp_path):
    text = """
import subprocess
child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
def end(*_):
    print(json.dumps({"outcome": "terminated", "child": child.wait()}), flush=True)
    sys.exit(143)
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
time.sleep(60)
"""
    process = start_process(write_script(tmp_path, text), {})
    log = []

    def stop_when_ready(line):
        log.append(line)
        if line == "ready":
            Thread(target=stop_process, args=(process,)).start()

    ended = follow_process(process, stop_when_ready)
    assert (ended.code, ended.last_line) == (143, '{"outcome": "terminated", "child": -15}')


def test_an_interrupted_caller_leaves_no_process_behind(tmp_path):
    process = start_process(write_script(tmp_path, "print('ready', flush=True); time.sleep(60)"), {})

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        follow_process(process, interrupt)
    assert process.returncode == -signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_a_command_that_ignores_the_stop_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("shardlift_airflow.run_process.GRACE_SECONDS", 0.2)
    text = "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
    process = start_process(write_script(tmp_path, text), {})
    assert process.stdout.readline() == "ready\n"
    stop_process(process)
    assert process.returncode == -signal.SIGKILL


def test_a_program_that_is_not_there_is_an_error():
    with pytest.raises(FileNotFoundError):
        start_process(["no-such-shardlift"], {})
