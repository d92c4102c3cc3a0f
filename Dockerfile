# One image for every process of customer360. Nothing is installed without its hash.
FROM python:3.11.14-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1

RUN useradd --uid 1000 --create-home c360
WORKDIR /opt/customer360

# celery.lock holds what the CeleryExecutor of the `scale` profile needs beyond requirements.lock.
COPY requirements.lock docker/celery.lock ./
RUN pip install --no-deps --require-hashes -r requirements.lock -r celery.lock

COPY . .
RUN pip install --no-deps --no-build-isolation --no-index -e . \
    && mkdir -p state landing \
    && chown c360:c360 state landing

USER c360
ENV PYTHONPATH=/opt/customer360
