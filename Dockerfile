# recurra serve, on the CPU. Models are mounted at /models; docs/serve.md has the command lines.
#
#   docker build -t recurra .
#   docker run --rm --read-only --tmpfs /tmp -p 127.0.0.1:8000:8000 -e RECURRA_TOKEN -v "$PWD/models:/models:ro" recurra /models/en-de

ARG PYTHON=python:3.12-slim

FROM ${PYTHON} AS built

COPY pyproject.toml constraints.txt README.md LICENSE /build/
COPY src /build/src
RUN apt-get update && apt-get install -y --no-install-recommends binutils
RUN python -m venv /opt/recurra \
    && /opt/recurra/bin/pip install --no-cache-dir --no-compile --disable-pip-version-check -c /build/constraints.txt \
        --extra-index-url https://download.pytorch.org/whl/cpu "/build[serve]" \
    && /opt/recurra/bin/pip uninstall --yes pip

# What nobody asks for here: headers and tests of torch, and names of symbols in its libraries. What serving imports is
# compiled, as the file system is read-only later.
RUN cd "$(/opt/recurra/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/torch" \
    && rm -rf include test \
    && find bin -type f ! -name torch_shm_manager -delete \
    && strip --strip-unneeded lib/libtorch_cpu.so lib/libtorch_python.so \
    && cd / \
    && /opt/recurra/bin/python -c "import recurra.serving.running, recurra.serving.workers, recurra.cli.serve"

FROM ${PYTHON}

COPY --from=built /opt/recurra /opt/recurra
RUN useradd --system --uid 10001 --no-create-home --home-dir /tmp recurra && mkdir /models
USER 10001

# Whoever asks comes from outside of the container: a token is needed (RECURRA_TOKEN, or RECURRA_TOKEN_FILE).
ENV PATH=/opt/recurra/bin:$PATH PYTHONUNBUFFERED=1 RECURRA_HOST=0.0.0.0 RECURRA_PORT=8000
WORKDIR /models
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['RECURRA_PORT'] + '/readyz', timeout=2)"]
ENTRYPOINT ["recurra", "serve"]
