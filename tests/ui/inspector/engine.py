"""A model's process played by the engine: `gate_file` computed in NumPy at once, so that pages need no Keras."""

from concurrent.futures import Future

import numpy as np

from core import MergeError, gradients, merge
from sandbox.model_file.file import read_model
from sandbox.model_run.results import MergeGradients, MergeRecord, MergeTensors, ModelOutput, Run, RunFailure
from sandbox.model_run.summary import thumbnail
from ui.inspector.summary_table import figures_of

ASKED = []  # what the page has asked, over all handles


def done(value=None, error=None) -> Future:
    """An answer that is there."""
    future = Future()
    future.set_exception(error) if error is not None else future.set_result(value)
    return future


class Handle:
    """As `sandbox.model_run.handle.InspectedModel`, for models of merges and inputs alone."""

    queue_position = 0
    preemptible = False

    def __init__(self, content, *, model=None):
        self.model, self.closed, self.found = model or read_model(content), False, {}
        ASKED.append(("open", self))

    @property
    def state(self):
        """There is nothing to wait for."""
        return "closed" if self.closed else "ready"

    def run(self, inputs):
        """Every merge in order; a misfit ends the run."""
        ASKED.append(("run", {name: array.shape for name, array in inputs.items()}))
        known, self.found, failure = {entry.id: inputs[entry.name] for entry in self.model.inputs}, {}, None
        for entry in self.model.merges:
            operands = [known[operand.source] for operand in entry.inputs]
            try:
                known[entry.id] = merge(entry.operation, operands).value
            except MergeError as error:
                shapes = tuple(array.shape for array in operands)
                failure = RunFailure(entry.id, True, error.keras_message, shapes, error)
                break
            self.found[entry.id] = MergeTensors(tuple(operands), known[entry.id])
        records = {
            name: MergeRecord(name, tuple(map(figures_of, one.inputs)), figures_of(one.output), thumbnail(one.output))
            for name, one in self.found.items()
        }
        outputs = (
            () if failure else tuple(ModelOutput(known[o.source].shape, known[o.source]) for o in self.model.outputs)
        )
        return done(Run(records, outputs, failure))

    def tensors(self, merge_id):
        """Of the last run."""
        ASKED.append(("tensors", merge_id))
        return done(self.found[merge_id])

    def gradients(self, merge_id, *, output=0, index=None):
        """As if the merge were the output of the model."""
        ASKED.append(("gradients", merge_id, output, index))
        one = self.found[merge_id]
        upstream = np.zeros(one.output.shape, np.float32)
        upstream[(0,) * upstream.ndim] = 1
        entry = self.model.merge(merge_id)
        return done(
            MergeGradients(index or (0, 2, 4, 6), 0.5, gradients(entry.operation, one.inputs, upstream), upstream)
        )

    def close(self):
        """Remembered for the tests."""
        self.closed = True
