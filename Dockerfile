# Serves MCP over stdio as an unprivileged user:  docker run -i --rm -v alcf-mcp:/home/alcf alcf-mcp
# The volume keeps the sign-in and the journal. To sign in:  docker run -it … alcf-mcp login

FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY alcf_mcp alcf_mcp
COPY prompts prompts
RUN pip install --no-cache-dir --prefix=/installed ".[team]"

FROM python:3.13-slim
LABEL org.opencontainers.image.title="alcf-mcp" \
      org.opencontainers.image.description="Jobs, files and projects at the Argonne Leadership Computing Facility" \
      org.opencontainers.image.licenses="Apache-2.0" \
      io.modelcontextprotocol.server.name="io.github.argonne-lcf/alcf-mcp"
RUN useradd --create-home --uid 10001 alcf
COPY --from=build /installed /usr/local
USER 10001
WORKDIR /home/alcf
ENTRYPOINT ["alcf-mcp"]
CMD ["serve"]
