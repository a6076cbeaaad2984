# syntax=docker/dockerfile:1
# The pipeline in an image without Swift: built in one stage, run in another by a user without privileges.
#   docker build -t unblended .
#   docker run --rm --read-only --env OPENAI_ADMIN_KEY \
#     --volume "$PWD/pipeline.yaml:/etc/unblended/pipeline.yaml:ro" --volume unblended:/var/lib/unblended unblended
# A relative `output` in pipeline.yaml would be relative to /etc/unblended: write `output: /var/lib/unblended`.

ARG SWIFT_IMAGE=swift:6.3-bookworm
ARG BASE_IMAGE=debian:12-slim

FROM ${SWIFT_IMAGE} AS build
WORKDIR /src
COPY scripts/bootstrap scripts/bootstrap
RUN scripts/bootstrap
COPY . .
# The tarball proves itself before it is taken: see scripts/check-package.
RUN scripts/package /dist && mkdir /opt/unblended \
  && tar --extract --gzip --strip-components 1 --directory /opt/unblended --file /dist/unblended-*.tar.gz

FROM ${BASE_IMAGE}
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install --yes --no-install-recommends libcurl4 libsimdjson14 libisal2 libstdc++6 ca-certificates \
  && rm -rf /var/lib/apt/lists/* \
  && install --directory --owner 65532 --group 65532 --mode 0750 /var/lib/unblended
COPY --from=build /opt/unblended /opt/unblended
ENV PATH="/opt/unblended/bin:${PATH}"
USER 65532:65532
WORKDIR /var/lib/unblended
VOLUME /var/lib/unblended
ENTRYPOINT ["unblended"]
CMD ["run", "--config", "/etc/unblended/pipeline.yaml", "--log-format", "json", "--summary", "json"]
