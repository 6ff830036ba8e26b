# The application and the action server (Python 3.12). Built from the root of the checkout:
#   docker build -f deploy/application.Dockerfile -t relais-application .
FROM python:3.12-slim-bookworm AS build
COPY --from=ghcr.io/astral-sh/uv:0.8 /uv /bin/uv
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/opt/relais/.venv
WORKDIR /opt/relais
COPY pyproject.toml uv.lock README.md ./
RUN uv sync --frozen --no-dev --no-install-project --python /usr/local/bin/python3.12
COPY bot bot
COPY actions actions
COPY data data
COPY widget widget
RUN uv sync --frozen --no-dev --no-editable --python /usr/local/bin/python3.12
# The patterns of the word lists, made once: a container reads them in one second instead of making them in thirteen.
RUN mkdir -p models && PYTHONPATH=/opt/relais .venv/bin/python -m bot.understanding.made

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/relais --create-home relais
COPY --from=build --chown=root:root /opt/relais /opt/relais
WORKDIR /opt/relais
ENV PATH=/opt/relais/.venv/bin:$PATH PYTHONPATH=/opt/relais PYTHONDONTWRITEBYTECODE=1 RELAIS_VAR=/var/lib/relais
USER 10001
EXPOSE 8080
CMD ["python", "-m", "bot.serve", "--host", "0.0.0.0", "--port", "8080"]
