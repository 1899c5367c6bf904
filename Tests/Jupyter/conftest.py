"""The kernel of the program named by IMF_REPL, installed where these tests look for kernels and nowhere else."""
import os
import subprocess
import time

import pytest

PROGRAM = os.path.abspath(os.environ.get("IMF_REPL", ".build/release/imf-repl"))


@pytest.fixture(scope="session", autouse=True)
def installed(tmp_path_factory):
    """Also for the tests of jupyter_kernel_test, which know no fixtures."""
    folder = tmp_path_factory.mktemp("jupyter")
    subprocess.run([PROGRAM, "--jupyter-install", "--prefix", folder], check=True, capture_output=True)
    os.environ["JUPYTER_PATH"] = str(folder / "share" / "jupyter")
    yield folder


class Session:
    """A kernel and a client of it."""

    def __init__(self, **arguments):
        from jupyter_client.manager import start_new_kernel
        self.manager, self.client = start_new_kernel(kernel_name="imf", **arguments)

    def close(self):
        self.client.stop_channels()
        if self.manager.is_alive():
            self.manager.shutdown_kernel(now=True)

    def send(self, code, **options):
        return self.client.execute(code, **options)

    def reply(self, request, timeout=30):
        while True:
            message = self.client.get_shell_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") == request:
                return message["content"]

    def shown(self, request, timeout=30):
        """What is published between busy and idle: (type, content)."""
        found, states = [], []
        while states != ["busy", "idle"]:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["msg_type"] == "status":
                states.append(message["content"]["execution_state"])
            else:
                assert states == ["busy"]
                found.append((message["msg_type"], message["content"]))
        return found

    def run(self, code, **options):
        request = self.send(code, **options)
        return self.reply(request), self.shown(request)

    def result(self, code):
        """The text of a cell's result."""
        return [content["data"]["text/plain"] for kind, content in self.run(code)[1] if kind == "execute_result"][-1]

    def interrupted(self, code, after, how):
        """Seconds from the interrupt of a cell to its reply, and the reply."""
        request = self.send(code)
        time.sleep(after)
        began = time.monotonic()
        if how == "signal":
            self.manager.interrupt_kernel()
        else:
            message = self.client.session.msg("interrupt_request", {})
            self.client.control_channel.send(message)
            assert self.client.get_control_msg(timeout=5)["msg_type"] == "interrupt_reply"
        reply = self.reply(request)
        seconds = time.monotonic() - began
        self.shown(request)
        return seconds, reply


@pytest.fixture
def session():
    session = Session()
    yield session
    session.close()
