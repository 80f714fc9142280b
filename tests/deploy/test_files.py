"""What cannot be run here is read: the image, compose, Kubernetes. They must fit each other and the app."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bench import load_memory
from sandbox.model_file.hdf5_parent import MEMORY_BYTES as HDF5_MEMORY_BYTES
from ui.hosting.env_file import read_defaults

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
PUBLIC = DEPLOY / "public.env"
LIBRARIES = 450_000_000  # bytes of files that TensorFlow maps; measured: 444 MB, the same pages for every process
LABELS = {"app.kubernetes.io/name": "mergescope"}


def public() -> dict[str, str]:
    lines = [line for line in PUBLIC.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


@pytest.fixture(scope="module")
def kubernetes() -> dict:
    files = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    objects = [one for file in files for one in yaml.safe_load_all(file.read_text())]
    return {one["kind"]: one for one in objects}


def dockerfile() -> str:
    return re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())


def test_images_are_pinned_by_digest(compose):
    bases = re.findall(r"^FROM (\S+)", dockerfile(), re.MULTILINE)
    outside = [base for base in bases if base not in ("base", "libraries")] + [compose["services"]["proxy"]["image"]]
    assert len(outside) == 2
    assert all(re.fullmatch(r"[\w.:/-]+:[\d.]+[\w.-]*@sha256:[0-9a-f]{64}", image) for image in outside)


def test_the_image_is_not_root_installs_by_hash_and_checks_itself():
    text = dockerfile()
    assert "--require-hashes -r /tmp/requirements.lock" in text
    assert text.index("USER 10001:10001") < text.index('CMD ["python", "serve.py"]')
    check = json.loads(re.search(r"HEALTHCHECK .*?CMD (\[.*\])", text).group(1))
    assert check[:2] == ["python", "-c"]
    assert "/_stcore/health" in compile(check[2], "check", "exec").co_consts


def test_the_image_holds_what_the_app_needs_and_no_more():
    """Every folder that the app imports, and neither the history nor tests, which `.dockerignore` leaves out."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    kept = {rule[1:] for rule in rules if rule.startswith("!")}
    assert all((ROOT / name).exists() for name in kept)
    assert {"app.py", "serve.py", "core", "figures", "pages", "sandbox", "ui", "assets"} <= kept
    assert not kept & {"tests", ".git", ".env", "bench"}
    texts = [file.read_text() for folder in ("sandbox", "training", "ui") for file in (ROOT / folder).rglob("*.py")]
    children = {name for text in texts for name in re.findall(r'SandboxProcess\(\s*"([\w.]+)"', text)}
    assert children
    assert {name.split(".")[0] for name in children} <= kept, "the modules of the sandboxes"


def test_no_secret_is_in_the_files():
    """The cookie secret comes from outside, and its name has no value here."""
    for file in (ROOT / "Dockerfile", ROOT / "compose.yaml", *DEPLOY.rglob("*.*")):
        for line in file.read_text().splitlines():
            if "SECRET" in line.upper() and "=" in line and not line.lstrip().startswith("#"):
                pytest.fail(f"{file}: {line}")
    assert not [name for name in public() if "SECRET" in name or "PASSWORD" in name]


def test_the_replicas_of_compose_are_those_of_the_proxy(compose):
    services = compose["services"]
    addresses = {
        f"{one['networks']['inside']['ipv4_address']}:8501" for name, one in services.items() if name != "proxy"
    }
    servers = set(re.findall(r"^server (\S+)", (DEPLOY / "nginx" / "replicas.conf").read_text(), re.MULTILINE))
    assert servers == addresses
    assert public()["STREAMLIT_SERVER_PORT"] == "8501"
    assert set(services["proxy"]["depends_on"]) == set(services) - {"proxy"}


def test_only_the_proxy_is_reached_from_outside(compose):
    services = compose["services"]
    assert [name for name, one in services.items() if "ports" in one] == ["proxy"]
    assert compose["networks"]["inside"]["internal"] is True
    for name, one in services.items():
        assert one["read_only"], name
        assert one["cap_drop"] == ["ALL"], name
        assert one["mem_limit"], name
        if name != "proxy":
            assert set(one["networks"]) == {"inside"}
            assert one["environment"]["STREAMLIT_SERVER_COOKIE_SECRET"].startswith("${MERGESCOPE_COOKIE_SECRET:?")


def test_compose_mounts_the_tested_configuration(compose):
    mounts = [volume.split(":") for volume in compose["services"]["proxy"]["volumes"]]
    assert all((ROOT / source).is_file() and mode == "ro" for source, _, mode in mounts)
    text = (DEPLOY / "nginx" / "nginx.conf").read_text()
    assert {target for _, target, _ in mounts} == {"/etc/nginx/nginx.conf", "/etc/nginx/replicas.conf"}
    assert "include /etc/nginx/replicas.conf;" in text
    assert "listen 8080;" in text
    assert compose["services"]["proxy"]["ports"][0].endswith(":8080")


def test_kubernetes_objects_fit_each_other(kubernetes):
    assert set(kubernetes) == {
        "Deployment", "Service", "Ingress", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy",
        "ConfigMap",
    }  # fmt: skip
    template = kubernetes["Deployment"]["spec"]["template"]
    [container] = template["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert template["metadata"]["labels"] == kubernetes["Service"]["spec"]["selector"] == LABELS
    for selector in (
        kubernetes["Deployment"]["spec"]["selector"],
        kubernetes["PodDisruptionBudget"]["spec"]["selector"],
        kubernetes["NetworkPolicy"]["spec"]["podSelector"],
    ):
        assert selector["matchLabels"] == LABELS
    assert kubernetes["Service"]["spec"]["ports"][0]["targetPort"] in ports
    [rule] = kubernetes["Ingress"]["spec"]["rules"]
    service = rule["http"]["paths"][0]["backend"]["service"]
    assert service["name"] == kubernetes["Service"]["metadata"]["name"]
    assert service["port"]["name"] == kubernetes["Service"]["spec"]["ports"][0]["name"]
    target = kubernetes["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", kubernetes["Deployment"]["metadata"]["name"])
    settings = public()
    assert [str(port) for port in ports.values()] == [
        settings["STREAMLIT_SERVER_PORT"], settings["MERGESCOPE_METRICS_PORT"],
    ]  # fmt: skip
    assert template["metadata"]["annotations"]["prometheus.io/port"] == public()["MERGESCOPE_METRICS_PORT"]


def test_kubernetes_probes_limits_and_rights(kubernetes):
    spec = kubernetes["Deployment"]["spec"]["template"]["spec"]
    [container] = spec["containers"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"] == {"path": "/_stcore/health", "port": "http"}
    assert {"cpu", "memory"} <= set(container["resources"]["requests"]) & set(container["resources"]["limits"])
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert f"USER {spec['securityContext']['runAsUser']}:" in dockerfile()
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    [secret] = [entry for entry in container["env"] if "valueFrom" in entry]
    assert secret["valueFrom"]["secretKeyRef"] == {"name": "mergescope", "key": "cookie-secret"}
    assert container["envFrom"][0]["configMapRef"]["name"] == kubernetes["ConfigMap"]["metadata"]["name"]
    assert kubernetes["NetworkPolicy"]["spec"]["egress"] == []


def test_kubernetes_keeps_a_visitor_with_one_replica_and_lets_a_socket_live(kubernetes):
    notes = kubernetes["Ingress"]["metadata"]["annotations"]
    assert notes["nginx.ingress.kubernetes.io/affinity"] == "cookie"
    ping = int(public()["STREAMLIT_SERVER_WEBSOCKET_PING_INTERVAL"])
    assert int(notes["nginx.ingress.kubernetes.io/proxy-read-timeout"]) > 2 * ping
    host = kubernetes["Ingress"]["spec"]["rules"][0]["host"]
    assert host in kubernetes["ConfigMap"]["data"]["STREAMLIT_SERVER_ALLOWED_HOSTS"].split()
    assert host in kubernetes["Ingress"]["spec"]["tls"][0]["hosts"]


def test_each_setting_is_one_that_streamlit_or_the_app_knows():
    """A misspelt name would be silently without effect."""
    code = (
        "import json; from streamlit import config\n"
        "print(json.dumps([one.env_var for one in config.get_config_options().values()]))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    known = set(json.loads(run.stdout))
    sources = "".join(file.read_text() for folder in ("core", "ui") for file in (ROOT / folder).rglob("*.py"))
    for name in public():
        ours = re.search(rf'(number|word)\("{name.removeprefix("MERGESCOPE_")}"', sources)
        assert name in known or ours, name


def test_every_setting_of_ours_is_documented():
    """In `docs/hosting.md`, and set in the file for public use unless it is about starting alone."""
    text = (ROOT / "docs" / "hosting.md").read_text()
    sources = "".join(file.read_text() for folder in ("core", "ui") for file in (ROOT / folder).rglob("*.py"))
    ours = {f"MERGESCOPE_{name}" for name in re.findall(r'\b(?:number|word)\(\s*"([A-Z_]+)"', sources)}
    assert {name for name in {*ours, *public()} if name not in text} == set()


def test_the_public_limits_fit_each_other():
    """What the browser may send fits through Streamlit, and that through the proxy."""
    settings = public()
    megabytes = int(settings["STREAMLIT_SERVER_MAX_UPLOAD_SIZE"])
    assert int(settings["MERGESCOPE_MAX_UPLOAD_BYTES"]) <= megabytes * 2**20
    body = int(re.search(r"client_max_body_size\s+(\d+)m", (DEPLOY / "nginx" / "nginx.conf").read_text()).group(1))
    assert megabytes < body <= megabytes + 4
    assert int(settings["MERGESCOPE_MAX_SESSION_UPLOAD_BYTES"]) >= int(settings["MERGESCOPE_MAX_UPLOAD_BYTES"])
    assert settings["STREAMLIT_CLIENT_SHOW_ERROR_DETAILS"] == "none"
    assert settings["STREAMLIT_BROWSER_GATHER_USAGE_STATS"] == "false"


def test_the_memory_of_all_processes_fits_into_the_container(compose, kubernetes):
    """The server at its target, every child process at its limit, and the libraries, which all of them share."""
    settings = public()
    children = {
        "comparison with Keras": int(settings["MERGESCOPE_SANDBOX_MEMORY_BYTES"]),
        "shipped network": int(settings["MERGESCOPE_SANDBOX_MEMORY_BYTES"]),
        "user models": int(settings["MERGESCOPE_MODEL_MEMORY_BYTES"]) * int(settings["MERGESCOPE_MAX_MODELS"]),
        "HDF5": HDF5_MEMORY_BYTES,
    }
    everything = sum(children.values()) + int(load_memory.PEAK * 1e6) + LIBRARIES
    [container] = kubernetes["Deployment"]["spec"]["template"]["spec"]["containers"]
    limits = [int(container["resources"]["limits"]["memory"].removesuffix("Mi")) * 2**20]
    limits += [
        int(one["mem_limit"].removesuffix("m")) * 2**20 for name, one in compose["services"].items() if name != "proxy"
    ]
    assert len(limits) == 3
    assert all(everything <= limit for limit in limits), (children, everything, limits)


def test_large_merges_together_fit_the_server():
    """All large merges at a time, in bytes of float32 and with what sending them takes, fit its target."""
    settings = public()
    together = int(settings["MERGESCOPE_MAX_LARGE_ELEMENTS"])
    assert int(settings["MERGESCOPE_MAX_ELEMENTS"]) < int(settings["MERGESCOPE_MAX_MERGE_ELEMENTS"]) <= together
    assert 10 * 4 * together <= load_memory.PEAK * 1e6


def test_what_the_environment_says_wins(monkeypatch, tmp_path):
    file = tmp_path / "public.env"
    file.write_text("# a note\n\nMERGESCOPE_TEST_A=1\nMERGESCOPE_TEST_B=a=b 'c'\n")
    monkeypatch.setenv("MERGESCOPE_TEST_A", "2")
    monkeypatch.delenv("MERGESCOPE_TEST_B", raising=False)
    assert read_defaults(file) == {"MERGESCOPE_TEST_A": "1", "MERGESCOPE_TEST_B": "a=b 'c'"}
    assert (os.environ.pop("MERGESCOPE_TEST_A"), os.environ.pop("MERGESCOPE_TEST_B")) == ("2", "a=b 'c'")


def test_an_image_has_all_that_a_page_imports(tmp_path):
    """The files that `.dockerignore` contains, copied elsewhere, import every page's modules by themselves."""
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    for name in (rule[1:] for rule in rules if rule.startswith("!")):
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, target)
    code = (
        "import serve; from pathlib import Path; from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('app.py', default_timeout=600).run(); assert not app.exception\n"
        "for page in sorted(Path('pages').glob('*.py')):\n"
        "    assert not app.switch_page(str(page)).run().exception, page\n"
    )
    environment = {**os.environ, "MERGESCOPE_SANDBOX": "off", "PYTHONPATH": ""}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
