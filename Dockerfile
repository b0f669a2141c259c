# Two stages make the service: the first installs from the lock, the last holds only Python and what was installed.
# The service writes nothing and calls nobody: run it with a read-only root file system and no outbound network.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
WORKDIR /src
COPY requirements.lock ./
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE THIRD_PARTY_NOTICES.md ./
COPY models models
COPY service service
COPY openapi openapi
RUN /opt/venv/bin/pip install --no-cache-dir --no-deps .

# The weekly look at the price package, built only when it is asked for (--target prices-check): the service with its tools,
# the requests that they assess, and pip. It writes to /tmp alone, and needs the package index.
FROM build AS prices-check
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

FROM python:3.13-slim
LABEL org.opencontainers.image.title="prompt-or-tune" \
      org.opencontainers.image.description="Prompt engineering or fine-tuning: costs, break-evens and a verdict" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/venv /opt/venv
COPY LICENSE THIRD_PARTY_NOTICES.md /usr/share/doc/prompt-or-tune/
# One linear-algebra thread a process: the service scales by replicas.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
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
