# docker build -t kernel-dilation . && docker run --name run kernel-dilation && docker cp run:/home/researcher/project/plots/report.html .
# docker run kernel-dilation make test
FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install --yes --no-install-recommends git make \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home researcher

USER researcher
WORKDIR /home/researcher/project

# Packages change less often than code: this layer is built again only when a lock file does.
COPY --chown=researcher .dvc/config .dvc/config
COPY --chown=researcher Makefile requirements.txt requirements-dev.txt ./
COPY --chown=researcher tools/find_python.sh tools/set_up.py tools/
RUN make set-up-tests

COPY --chown=researcher . .
CMD ["make", "run"]
