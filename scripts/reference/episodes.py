"""Episodes read and written by the libraries that robot learning uses.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install h5py==3.16.0 pyarrow==26.0.1 pandas==3.1.1
    npx tsx scripts/reference/episodes.ts /tmp/episodes       writes what Emend exports
    /tmp/venv/bin/python scripts/reference/episodes.py /tmp/episodes

Writes src/formats/episodes/episodes.reference.json: files made by h5py and pyarrow, as base64, with
what is in them; and the hashes of Emend's own files that h5py and pandas read as they should.
"""

import base64
import gzip
import hashlib
import io
import json
import sys
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

OUT = Path(__file__).parents[2] / "src/formats/episodes/episodes.reference.json"
exported = Path(sys.argv[1])
expected = json.loads((exported / "episodes.json").read_text())


def sirius_file():
    """A file as robomimic writes and Sirius extends: float32 and int64 columns, gzip, images."""
    rng = np.random.default_rng(7)
    buffer = io.BytesIO()
    demos = []
    with h5py.File(buffer, "w") as file:
        data = file.create_group("data")
        data.attrs["env_args"] = json.dumps(
            {"env_name": "NutAssembly", "type": 1, "env_kwargs": {"control_freq": 20}}
        )
        for k, modes in enumerate([[-1, -1, -1], [0, 1, 1, 0]]):
            n = len(modes)
            actions = rng.uniform(-1, 1, (n, 7))
            eef, gripper = rng.normal(size=(n, 3)).astype("f4"), rng.normal(size=(n, 2))
            demo = data.create_group(f"demo_{k}")
            demo.attrs["num_samples"] = n
            demo.attrs["model_file"] = "<mujoco/>"
            demo.create_dataset("actions", data=actions, compression="gzip")
            demo.create_dataset("states", data=np.zeros((n, 4)))
            demo.create_dataset("rewards", data=np.eye(n)[-1])
            demo.create_dataset("dones", data=np.eye(n, dtype="i8")[-1])
            demo.create_dataset("action_modes", data=np.array(modes, dtype="i8"))
            demo.create_dataset("round", data=np.full(n, k, dtype="i8"))
            demo.create_dataset("obs/robot0_eef_pos", data=eef, chunks=(2, 3), compression="gzip")
            demo.create_dataset("obs/robot0_gripper_qpos", data=gripper)
            demo.create_dataset("obs/agentview_image", data=np.zeros((n, 4, 4, 3), dtype="u1"))
            demos.append(
                {
                    "actions": actions.tolist(),
                    "obs": np.hstack([eef.astype("f8"), gripper]).tolist(),
                    "modes": modes,
                }
            )
        file.create_dataset("mask/train", data=np.array([b"demo_0"]))
    return {"base64": base64.b64encode(buffer.getvalue()).decode(), "demos": demos}


def lerobot_files():
    """Version 3 as LeRobot 0.4 lays it out, two episodes in one data file."""
    rng = np.random.default_rng(8)
    lengths = [3, 2]
    frames = sum(lengths)
    state, action = rng.normal(size=(frames, 2)).astype("f4"), rng.normal(size=(frames, 2)).astype("f4")
    episode = np.repeat([0, 1], lengths)
    frame = np.concatenate([np.arange(n) for n in lengths])
    data = pa.table(
        {
            "observation.state": pa.array(state.tolist(), pa.list_(pa.float32(), 2)),
            "action": pa.array(action.tolist(), pa.list_(pa.float32(), 2)),
            "intervention": pa.array([False, True, True, False, False]),
            "timestamp": pa.array((frame / 30).astype("f4")),
            "frame_index": frame,
            "episode_index": episode,
            "index": np.arange(frames),
            "task_index": np.zeros(frames, dtype="i8"),
        }
    )
    episodes = pa.table(
        {
            "episode_index": [0, 1],
            "tasks": [["pick"], ["pick"]],
            "length": lengths,
            "data/chunk_index": [0, 0],
            "data/file_index": [0, 0],
            "dataset_from_index": [0, 3],
            "dataset_to_index": [3, 5],
        }
    )
    feature = {"dtype": "float32", "shape": [2], "names": ["x", "y"]}
    info = {
        "codebase_version": "v3.0",
        "robot_type": "so101",
        "fps": 30,
        "data_path": "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet",
        "features": {
            "observation.state": feature,
            "action": feature,
            "intervention": {"dtype": "bool", "shape": [1], "names": None},
        },
    }

    def packed(table):
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="snappy")
        return base64.b64encode(buffer.getvalue()).decode()

    return {
        "files": {
            "data/chunk-000/file-000.parquet": packed(data),
            "meta/episodes/chunk-000/file-000.parquet": packed(episodes),
        },
        "info": info,
        "state": state.tolist(),
        "action": action.tolist(),
    }


def check_hdf5(path):
    """Emend's file, as robomimic's loader walks it."""
    with h5py.File(path) as file:
        json.loads(file["data"].attrs["env_args"])
        names = sorted(file["data"], key=lambda name: int(name.split("_")[1]))
        assert len(names) == len(expected)
        assert int(file["data"].attrs["total"]) == sum(len(e["rows"]) for e in expected)
        for name, episode in zip(names, expected):
            demo, rows = file["data"][name], episode["rows"]
            assert int(demo.attrs["num_samples"]) == len(rows)
            assert np.array_equal(demo["actions"][()], [row["action"] for row in rows])
            obs = np.hstack([demo[f"obs/{part['name']}"][()] for part in episode["observed"]])
            assert np.array_equal(obs, [row["obs"] for row in rows])
            following = np.hstack([demo[f"next_obs/{part['name']}"][()] for part in episode["observed"]])
            assert np.array_equal(following[:-1], obs[1:])
            modes = {"demo": -1, "policy": 0, "human": 1}
            assert demo["action_modes"][()].tolist() == [modes[row["source"]] for row in rows]
        masked = [n.decode() for end in file["mask"] for n in file["mask"][end][()]]
        assert sorted(masked) == sorted(names)


def check_lerobot(folder):
    info = json.loads((folder / "meta/info.json").read_text())
    rows = [row for episode in expected for row in episode["rows"]]
    table = pd.concat([pd.read_parquet(f) for f in sorted(folder.glob("data/**/*.parquet"))])
    assert set(table.columns) == set(info["features"])
    assert len(table) == info["total_frames"] == len(rows)
    assert table["index"].tolist() == list(range(len(rows)))
    assert np.array_equal(np.stack(table["action"].to_numpy()), [row["action"] for row in rows])
    eef = np.stack(table["observation.eef"].to_numpy())
    assert np.array_equal(eef, np.array([row["obs"][:2] for row in rows]))
    assert table["intervention"].tolist() == [row["source"] == "human" for row in rows]
    dtypes = {"float32": "float", "int64": "int64", "bool": "bool"}
    schema = pq.read_schema(sorted(folder.glob("data/**/*.parquet"))[0])
    for name, feature in info["features"].items():
        kind = schema.field(name).type
        kind = kind.value_type if pa.types.is_list(kind) else kind
        assert str(kind) == dtypes[feature["dtype"]], (name, kind)
    if info["codebase_version"] == "v3.0":
        tasks = pd.read_parquet(folder / "meta/tasks.parquet")
        assert tasks.loc["insert the peg"].task_index == 0
        episodes = pd.read_parquet(folder / "meta/episodes/chunk-000/file-000.parquet")
        assert episodes["length"].tolist() == [len(e["rows"]) for e in expected]
        stats = json.loads((folder / "meta/stats.json").read_text())
        action = np.array([row["action"] for row in rows])
        assert np.allclose(stats["action"]["mean"], action.mean(0), rtol=1e-12)
        assert np.allclose(stats["action"]["std"], action.std(0), rtol=1e-12)


def hashes(root):
    files = sorted(file for file in root.rglob("*") if file.is_file())
    return {
        str(file.relative_to(exported)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


check_hdf5(exported / "episodes.hdf5")
for version in ("2.1", "3.0"):
    check_lerobot(exported / version)
OUT.write_text(
    json.dumps(
        {
            "source": "h5py, pyarrow, pandas",
            "version": {"h5py": h5py.__version__, "pyarrow": pa.__version__, "pandas": pd.__version__},
            "script": "scripts/reference/episodes.py",
            "seed": [7, 8],
            "dtype": "float32, float64",
            "rtol": 0,
            "cases": {
                "sirius": sirius_file(),
                "lerobot": lerobot_files(),
                "hdf5": base64.b64encode(gzip.compress((exported / "episodes.hdf5").read_bytes(), mtime=0)).decode(),
                "read": {
                    **hashes(exported / "2.1"),
                    **hashes(exported / "3.0"),
                },
            },
        },
        indent=1,
    )
    + "\n"
)
print("read as they should be:", OUT)
