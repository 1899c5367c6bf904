"""Whole notebooks, run by nbclient and judged by nbformat."""
import base64

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError


def notebook(*cells):
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    made.metadata.kernelspec = {"name": "imf", "display_name": "imf-repl", "language": "imf"}
    return made


def test_a_notebook_with_pictures(tmp_path):
    made = notebook(
        'data = load("digits8.npz")', "data.images[0:20] |> grid(columns = 10)", "plot([3, 1, 2], title = \"losses\")",
        'for i in 0..3 { print(f"step {i}") }', "x = tensor([[1, 2], [3, 4]])\nx @ x.T", "for i in progress(0..5) { i }", "?grid", ":who")
    NotebookClient(made, timeout=60, resources={"metadata": {"path": str(tmp_path)}}).execute()
    nbformat.validate(made)
    outputs = [cell.outputs for cell in made.cells]
    assert [len(output) for output in outputs] == [0, 1, 1, 1, 1, 1, 1, 1]
    for index, size in [(1, None), (2, (720, 440))]:
        png = base64.b64decode(outputs[index][0].data["image/png"])
        width, height = (int.from_bytes(png[place:place + 4], "big") for place in (16, 20))
        assert png[:8] == b"\x89PNG\r\n\x1a\n" and (size is None or (width, height) == size) and width >= 80
    assert outputs[3][0].text == "step 0\nstep 1\nstep 2\n"
    assert outputs[4][0].data["text/plain"].startswith("float32[2, 2]")
    assert outputs[5][0].data["text/plain"].startswith("progress  5/5")
    assert made.metadata.language_info.name == "imf"


def test_a_notebook_with_a_mistake_stops_there():
    made = notebook("x = 1", "x @", "print(x)")
    with pytest.raises(CellExecutionError, match="expected a value"):
        NotebookClient(made, timeout=60).execute()
    assert made.cells[1].outputs[0].ename == "syntax" and made.cells[2].outputs == []
