"""`inspect`, its gradients, `record` and the recorder with Keras on JAX: `python -m tests.mergescope.jax_run jax`."""

import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np


def main(backend: str) -> None:
    """Print what was found as JSON."""
    os.environ["KERAS_BACKEND"] = backend
    import mergescope
    from core.files.recording_reader import read_recording
    from tests.mergescope import models

    model, image = models.every_way(), models.image()
    seen = mergescope.inspect(model, image)
    output = np.asarray(model(image))
    place = seen["gate/multiply"]
    with tempfile.TemporaryDirectory() as folder:
        recording = read_recording(mergescope.record(model, image, Path(folder) / "a.msr.npz").read_bytes())
        found = {
            "places": [[one.name, one.operation, one.meeting.kind] for one in seen],
            "made_by": recording.index.made_by,
            "output": float(np.abs(seen[-1].output - output).max()),
            "product": float(np.abs(place.inputs[0] * place.inputs[1] - place.output).max()),
            "gates": list(seen.gates),
            "shown": mergescope.arrays.backend_of((model(image),)),
        }
        if backend == "jax":
            gradients = seen.gradients("gate/multiply", index=(1, 2, 3, 17))
            through = (gradients.upstream * place.inputs[0]).sum(axis=-1, keepdims=True)
            found["gradient"] = float(np.abs(gradients.inputs[1] - through).max())
            found["upstream"] = float(np.abs(gradients.upstream).max())
            recorder = mergescope.GateRecorder(Path(folder) / "t.msr.npz", image[:1], every=2)
            model.compile("sgd", "mse")
            model.fit(image, output * 0, batch_size=1, epochs=2, verbose=0, callbacks=[recorder])
            steps = read_recording((Path(folder) / "t.msr.npz").read_bytes())
            alphas = [steps.array(step.tensors["gate/multiply"][1].array) for step in steps.index.steps]
            found["steps"] = [step.number for step in steps.index.steps]
            found["moved"] = [float(np.abs(one - alphas[0]).max()) for one in alphas]
            found["last"] = float(
                np.abs(mergescope.inspect(model, image[:1])["gate/multiply"].inputs[1] - alphas[-1]).max()
            )
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
