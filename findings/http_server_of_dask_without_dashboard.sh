#!/usr/bin/env bash
# A local Dask cluster without a dashboard still has HTTP servers, which listen at all addresses of the machine.
#
# Versions:  dask 2026.8.0, distributed 2026.8.0, tornado 6.6.1, psutil 7.2.2
# Behaviour: The documentation of LocalCluster says of `dashboard_address`: "Set to None to disable the dashboard". With None,
#            and with processes=False, which needs no port, the scheduler listens on port 8787 (another one if it is taken) and the worker
#            on a free one; both at every address of the machine. They serve pages of text and JSON, such as the addresses of
#            the workers and what has been computed. dashboard_address="127.0.0.1:0" and the same for worker_dashboard_address
#            keep them on this machine.
# Output:    None: listens at ['0.0.0.0', '0.0.0.0', '::', '::'], /health says 'ok', /json/counts.json says 1 worker
#            127.0.0.1:0: listens at ['127.0.0.1', '127.0.0.1'], /health says 'ok', /json/counts.json says 1 worker
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    dask==2026.8.0 distributed==2026.8.0 tornado==6.6.1 psutil==7.2.2
cd "$folder"
cat > finding.py <<'PYTHON'
import json
import sys
import warnings
from urllib.request import urlopen

import psutil
from distributed import LocalCluster

warnings.filterwarnings("ignore", message="Port 8787")  # another program may have it


def look(name, **addresses):
    with LocalCluster(processes=False, n_workers=1, threads_per_worker=1, **addresses) as cluster:
        open_now = [one.laddr for one in psutil.Process().net_connections("tcp") if one.status == "LISTEN"]
        url = f"http://127.0.0.1:{cluster.scheduler.http_server.port}"
        health = urlopen(f"{url}/health").read().decode()
        workers = json.load(urlopen(f"{url}/json/counts.json"))["workers"]
    hosts = sorted(address.ip for address in open_now)
    print(f"{name}: listens at {hosts}, /health says {health!r}, /json/counts.json says {workers} worker")
    return set(hosts)


everywhere = look("None", dashboard_address=None)
here = look("127.0.0.1:0", dashboard_address="127.0.0.1:0", worker_dashboard_address="127.0.0.1:0")
sys.exit(0 if "0.0.0.0" in everywhere and here == {"127.0.0.1"} else 1)
PYTHON
venv/bin/python finding.py
