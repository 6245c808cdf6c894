"""Run notebooks and store what they show: `python notebooks/execute.py [notebook ...]`, or all when none is named.

A notebook that has not changed comes out byte for byte as it was, so that a diff shows what an author changed and
nothing else. Hence no times, no widget state, no kernel version, and a cell whose output depends on the machine (tag
`nbval-ignore-output`) keeps its stored output while only the numbers in it changed.
"""

import json
import os
import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

FOLDER = Path(__file__).resolve().parent
SECONDS_PER_CELL = 500  # ten times what a whole notebook may take, as in the tests
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "GAN_EDU_HEADLESS": "1"}
WIDGET = "application/vnd.jupyter.widget-view+json"
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
KEPT_CELL_METADATA = ("jupyter", "tags", "jp-MarkdownHeadingCollapsed")


def execute(notebook: NotebookNode, folder: Path) -> None:
    """Run every cell in a new kernel whose working folder is `folder`; the outputs are put into `notebook`.

    Raises:
        CellExecutionError: a cell raised.
    """
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        record_timing=False,
        store_widget_state=False,
        extra_arguments=["--log-level=ERROR"],  # else each kernel warns on the terminal that it listens on localhost
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env={**os.environ, **ENVIRONMENT})


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Remove, in place, what differs from run to run or from editor to editor.

    Raises:
        ValueError: a widget stores no picture, so the saved notebook would show nothing in its place.
    """
    notebook.metadata = nbformat.from_dict(METADATA)
    for number, cell in enumerate(notebook.cells):
        cell.metadata = nbformat.from_dict(
            {key: cell.metadata[key] for key in KEPT_CELL_METADATA if key in cell.metadata}
        )
        if cell.cell_type == "code":
            cell.outputs = merged(cell.outputs)
            for output in cell.outputs:
                remove_widget(output, number)
    return notebook


def merged(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Neighbouring pieces of one stream become one: where a kernel cuts them is a matter of timing."""
    result: list[NotebookNode] = []
    for output in outputs:
        last = result[-1] if result else NotebookNode()
        if output.output_type == "stream" and last.get("name") == output.name:
            last.text += output.text
        else:
            result.append(output)
    return result


def remove_widget(output: NotebookNode, number: int) -> None:
    """A stored widget is dead without its kernel, and its identifier is random: its picture stays in its place."""
    data = output.get("data", {})
    if data.pop(WIDGET, None) is None:
        return
    output.metadata.pop(WIDGET, None)
    if not any(kind.startswith("image/") for kind in data):
        raise ValueError(f"every widget must store a picture, got {data.get('text/plain')!r} in cell {number}")


def keep_stored(notebook: NotebookNode, before: NotebookNode) -> None:
    """Put back the stored output of cells that depend on the machine, where nothing but numbers changed."""
    stored = {cell.id: cell for cell in before.cells}
    for cell in notebook.cells:
        if "nbval-ignore-output" not in cell.metadata.get("tags", []):
            continue
        old = stored[cell.id].get("outputs", [])
        if without_numbers(old) == without_numbers(cell.outputs):
            cell.outputs = old


def without_numbers(outputs: list[NotebookNode]) -> str:
    """The outputs as text, each number and the spaces that align it replaced by one mark."""
    return re.sub(r"\s*[\d.]+", "#", json.dumps(outputs, sort_keys=True))


def as_text(notebook: NotebookNode) -> str:
    """The notebook as it stands in its file."""
    return nbformat.v4.writes(notebook) + "\n"


def remake(path: Path) -> bool:
    """Run the notebook at `path` and store the outputs there; tell whether the file changed."""
    before = path.read_text(encoding="utf-8")
    stored = nbformat.reads(before, as_version=4)
    notebook = nbformat.reads(before, as_version=4)
    execute(notebook, path.parent)
    keep_stored(normalise(notebook), normalise(stored))
    after = as_text(notebook)
    path.write_text(after, encoding="utf-8", newline="\n")
    return after != before


def main(names: list[str]) -> None:
    """Re-make the named notebooks, or all; stop at the first that fails and leave its file as it was."""
    for path in map(Path, names) if names else sorted(FOLDER.glob("*.ipynb")):
        start = time.perf_counter()
        try:
            changed = remake(path.resolve())
        except (CellExecutionError, ValueError) as error:
            sys.exit(f"{path.name}: {error}")
        print(f"{path.name}: {'changed' if changed else 'unchanged'}, {time.perf_counter() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
