# One image for every Airflow service of docker-compose.yml: the locked dependencies, and this tree.
FROM python:3.12-slim AS dependencies

RUN python -m venv /opt/venv
COPY requirements.lock /tmp/requirements.lock
# The lock names every package with its hashes: nothing is left to resolve.
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes \
    --requirement /tmp/requirements.lock


FROM python:3.12-slim

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/copytaster/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/copytaster/plugins \
    COPYTASTER_DATA_DIR=/var/lib/copytaster

# Volumes take over the owner of the folder that they are mounted on.
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin copytaster \
    && install --directory --owner=copytaster --group=copytaster /opt/airflow /opt/airflow/logs /var/lib/copytaster

COPY --from=dependencies /opt/venv /opt/venv
WORKDIR /opt/copytaster
COPY . .
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation --editable . \
    && python -m compileall -q plugins dags

USER copytaster
CMD ["copytaster", "--help"]
