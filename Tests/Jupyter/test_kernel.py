"""The kernel under jupyter_client, as notebooks use it."""
import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import Session
from jupyter_client import BlockingKernelClient


def test_order(session):
    reply, shown = session.run('print("a"); show(zeros([8, 8, 1])); print("b"); 6 * 7')
    assert reply["status"] == "ok" and reply["execution_count"] == 1
    assert [kind for kind, _ in shown] == ["execute_input", "stream", "display_data", "stream", "execute_result"]
    assert shown[4][1]["data"] == {"text/plain": "42"}
    assert shown[2][1]["data"]["image/png"].startswith("iVBOR")


def test_errors_have_colours_and_abort(session):
    requests = [session.send(code) for code in ["ones([2, 3]) @ ones([2, 3])", "print(1)", "print(2)"]]
    assert [session.reply(request)["status"] for request in requests] == ["error", "aborted", "aborted"]
    kind, error = session.shown(requests[0])[-1]
    assert kind == "error" and error["ename"] == "shape" and "\x1b[" in error["traceback"][0]
    assert any("hint" in line for line in error["traceback"])


def test_commands_take_no_number(session):
    counts = [session.run(code)[0]["execution_count"] for code in ["x = 1", "?grid", ":who", "!true", "x"]]
    assert counts == [1, 2, 2, 2, 2]


@pytest.mark.parametrize("how", ["signal", "message"])
@pytest.mark.parametrize("code, after", [
    ("while true { }", 0.3), ("randn(8000, 8000) @ randn(8000, 8000)", 0.3), ("randn(12000, 12000) @ randn(12000, 12000)", 4), ("!sleep 60", 0.3),
])
def test_interrupts(session, how, code, after):
    session.run("kept = [1, 2]")
    seconds, reply = session.interrupted(code, after, how)
    assert seconds < 0.3, f"{seconds} s"
    assert code[0] == "!" or (reply["status"], reply["ename"]) == ("error", "interrupt")
    assert session.result("kept") == "[1, 2]"


def test_twenty_interrupts_in_a_row(session):
    session.run("kept = 3")
    for _ in range(20):
        request = session.send("while true { }")
        time.sleep(0.05)
        while True:
            session.manager.interrupt_kernel()
            try:
                assert session.reply(request, timeout=0.2)["ename"] == "interrupt"
                break
            except Exception as error:
                # The signal came before the cell began.
                assert type(error).__name__ == "Empty"
    assert session.result("kept") == "3"


def test_control_answers_while_a_cell_runs(session):
    request = session.send("while true { }")
    time.sleep(0.3)
    session.client.control_channel.send(session.client.session.msg("kernel_info_request", {}))
    assert session.client.get_control_msg(timeout=2)["content"]["status"] == "ok"
    assert session.client.hb_channel.is_beating()
    session.manager.interrupt_kernel()
    session.reply(request)


def test_restart_and_shutdown(session):
    session.run("x = 1")
    session.manager.restart_kernel()
    session.client.wait_for_ready(timeout=30)
    assert session.run("x")[0]["ename"] == "name"
    session.manager.shutdown_kernel()
    assert not session.manager.is_alive()


def test_two_at_once():
    first, second = Session(), Session()
    first.run("who = 1")
    second.run("who = 2")
    assert (first.result("who"), second.result("who")) == ("1", "2")
    first.close()
    assert second.result("who + 1") == "3"
    second.close()


def test_works_in_the_notebooks_folder(tmp_path):
    (tmp_path / "numbers.json").write_text("[1, 2, 3]")
    session = Session(cwd=str(tmp_path))
    assert session.result('load("numbers.json")') == "[1, 2, 3]"
    reply = session.client.complete('load("num', reply=True, timeout=10)["content"]
    assert reply["matches"] == ["numbers.json"] and (reply["cursor_start"], reply["cursor_end"]) == (6, 9)
    session.close()


def test_training_shows_progress(session):
    session.run('data = load("digits8.npz")')
    session.run('m = imf({input_size: 8, in_channels: 1, hidden_size: 32, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 10})')
    _, shown = session.run("s = train(train_state(m, lr = 1e-3), data.images, data.labels, steps = 30, size = 16)")
    displays = [content for kind, content in shown if kind in ("display_data", "update_display_data")]
    assert len({display["transient"]["display_id"] for display in displays}) == 1
    assert "30/30" in displays[-1]["data"]["text/plain"] and "loss_u" in displays[-1]["data"]["text/plain"]


def test_interrupted_training_goes_on(session):
    session.run('data = load("digits8.npz")')
    session.run('m = imf({input_size: 8, in_channels: 1, hidden_size: 32, depth: 2, num_heads: 2, aux_head_depth: 1, num_classes: 10})')
    session.run("s = train_state(m, lr = 1e-3)")
    request = session.send("s = train(s, data.images, data.labels, steps = 100_000, size = 16)")
    time.sleep(1.5)
    session.manager.interrupt_kernel()
    session.reply(request)
    assert session.run("s.step")[0]["status"] == "ok"


def test_forged_messages_are_ignored(session):
    forger = BlockingKernelClient(connection_file=session.manager.connection_file)
    forger.load_connection_file()
    forger.session.key = b"another"
    forger.start_channels()
    forger.execute("exit()")
    time.sleep(0.3)
    assert session.manager.is_alive() and session.result("1") == "1"
    forger.stop_channels()


def test_ends_with_sigterm(session):
    os.kill(session.manager.provisioner.pid, signal.SIGTERM)
    deadline = time.monotonic() + 5
    while session.manager.is_alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not session.manager.is_alive()


def test_ends_with_its_parent():
    code = """
import os
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="imf")
print(manager.provisioner.pid, flush=True)
os._exit(1)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    kernel = int(run.stdout)
    deadline = time.monotonic() + 5
    while os.path.exists(f"/proc/{kernel}") and open(f"/proc/{kernel}/stat").read().split()[2] != "Z" and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not os.path.exists(f"/proc/{kernel}") or open(f"/proc/{kernel}/stat").read().split()[2] == "Z"
