# Three stages make the service: tools, what they install, and the image, which holds only Python and what was installed. docs/deployment.md tells the rest.
# The service writes nothing and, without Redis and traces, calls nobody: run it with a read-only root and no outbound network.
# A writable TMPDIR is needed only with WORKERS other than 1 or with METRICS_PORT.

# checkov:skip=CKV_DOCKER_7:the tag stands in the argument, which is not looked up
ARG BASE=python:3.13.16-slim-trixie

FROM ${BASE} AS tools
COPY tools/locks/build.lock /
RUN python -m venv /opt/tools && /opt/tools/bin/pip install --no-cache-dir --require-hashes -r /build.lock

FROM tools AS build
RUN python -m venv --without-pip /opt/venv
WORKDIR /src
COPY requirements.lock ./
# Tests of the two big packages are a quarter of what they take, and nothing imports them.
RUN /opt/tools/bin/pip --python /opt/venv install --no-cache-dir --require-hashes -r requirements.lock \
 && find /opt/venv/lib/python3*/site-packages/numpy /opt/venv/lib/python3*/site-packages/scipy -type d -name tests -prune -exec rm -r {} +
COPY pyproject.toml README.md LICENSE THIRD_PARTY_NOTICES.md ./
COPY models models
COPY service service
COPY openapi openapi
# The wheel is made by the pinned setuptools; the bill of materials (CycloneDX) is validated by its own maker.
RUN /opt/tools/bin/pip wheel --no-cache-dir --no-build-isolation --no-deps --no-index --wheel-dir /wheel . \
 && /opt/tools/bin/pip --python /opt/venv install --no-cache-dir --no-deps --no-index /wheel/*.whl \
 && /opt/tools/bin/cyclonedx-py environment --validate --output-reproducible --output-file /sbom.cdx.json /opt/venv/bin/python

# The weekly look at the price package, built only when it is asked for (--target prices-check): the service with its tools,
# the requests that they assess, and pip. It writes to /tmp alone, and needs the package index.
FROM build AS prices-check
RUN cp -r /opt/tools/lib/python3*/site-packages/pip* /opt/venv/lib/python3*/site-packages/
LABEL org.opencontainers.image.title="prompt-or-tune-prices-check" \
      org.opencontainers.image.description="What a newer price package changes, and which verdicts would move" \
      org.opencontainers.image.licenses="MIT"
COPY tools tools
COPY tests/field tests/field
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/src \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    HOME=/tmp
USER 10001:10001
ENTRYPOINT ["python", "-m", "tools.price_check"]

FROM ${BASE}
# No installer, and no program that takes another user's rights.
RUN rm -rf /usr/local/bin/pip* /usr/local/lib/python3*/site-packages/pip* /usr/local/lib/python3*/ensurepip \
 && find / -xdev -type f -perm /6000 -exec chmod a-s {} +
ARG VERSION=unreleased
LABEL org.opencontainers.image.title="prompt-or-tune" \
      org.opencontainers.image.description="Prompt engineering or fine-tuning: costs, break-evens and a verdict" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/venv /opt/venv
COPY --from=build /sbom.cdx.json /src/LICENSE /src/THIRD_PARTY_NOTICES.md /usr/share/doc/prompt-or-tune/
# HOST is not loopback: without API_KEYS or API_KEYS_FILE the service refuses to start, unless OPEN_TO_ANYONE=yes.
# One linear-algebra thread a process: the service scales by replicas. Bytecode was compiled at the build.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    HOST=0.0.0.0 \
    PORT=8000
USER 10001:10001
WORKDIR /
EXPOSE 8000
# The empty proxy handler keeps the check inside the container whatever the environment says about proxies.
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open(f\"http://127.0.0.1:{os.environ['PORT']}/livez\", timeout=2)"]
CMD ["python", "-m", "service"]
