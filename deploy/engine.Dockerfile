# The Rasa engine (Python 3.10) with its trained model inside. Built from the root of the checkout:
#   docker build -f deploy/engine.Dockerfile -t relais-engine .
FROM python:3.10-slim-bookworm AS build
COPY --from=ghcr.io/astral-sh/uv:0.8 /uv /bin/uv
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/opt/relais/engine/.venv
WORKDIR /opt/relais
COPY engine/pyproject.toml engine/uv.lock engine/
RUN uv sync --frozen --project engine --python /usr/local/bin/python3.10
COPY config.yml domain.yml endpoints.yml endpoints.redis.yml ./
COPY engine engine
COPY bot/__init__.py bot/__init__.py
COPY bot/learnt bot/learnt
COPY bot/understanding bot/understanding
COPY data data
ENV PYTHONPATH=/opt/relais RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 SQLALCHEMY_SILENCE_UBER_WARNING=1
# The patterns of the word lists, made once: a container reads them in one second instead of making them in thirteen.
RUN mkdir -p models && engine/.venv/bin/python -m bot.understanding.made
RUN RELAIS_ACTIONS_URL=http://127.0.0.1/ RELAIS_TRACKER_URL=sqlite:// \
    engine/.venv/bin/python -m engine.train --out models --name relais

FROM python:3.10-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /tmp relais
COPY --from=build --chown=root:root /opt/relais /opt/relais
WORKDIR /opt/relais
ENV PATH=/opt/relais/engine/.venv/bin:$PATH PYTHONPATH=/opt/relais PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore \
    RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 SQLALCHEMY_SILENCE_UBER_WARNING=1 MPLCONFIGDIR=/tmp
USER 10001
CMD ["python", "-m", "engine.serve", "--model", "models/relais.tar.gz", "--port", "5005"]
