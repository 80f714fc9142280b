# The app as a public server. docs/hosting.md says how to build, run and check it.
#
# The base is pinned by digest. It stands in several public Dockerfiles for this tag; where this file was written no
# registry could be asked, so look it up before you build, and when you go to another version:
#   docker buildx imagetools inspect python:3.13.12-slim-bookworm
FROM python:3.13.12-slim-bookworm@sha256:a58daefb915e1e03ad48f3ca4df8832065412c5c35cacb9d39f4229184de12b6 AS base

# Every library with its hash, nothing else; the compiler's leftovers and pip stay in this stage.
FROM base AS libraries
COPY requirements.lock /tmp/requirements.lock
RUN python -m venv /opt/venv \
 && /opt/venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.lock \
 && /opt/venv/bin/python -m pip uninstall --yes pip

FROM base
LABEL org.opencontainers.image.title="Mergescope" \
      org.opencontainers.image.description="Shows what a Keras merge layer really does to your tensors." \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin mergescope
COPY --from=libraries /opt/venv /opt/venv
WORKDIR /app
# What the app needs to run; .dockerignore leaves out all else.
COPY . .
RUN /opt/venv/bin/python -m compileall -q app.py serve.py core figures network pages sandbox survey ui
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp
USER 10001:10001
EXPOSE 8501
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('STREAMLIT_SERVER_PORT', '8501') + '/_stcore/health', timeout=2)"]
STOPSIGNAL SIGTERM
CMD ["python", "serve.py"]
