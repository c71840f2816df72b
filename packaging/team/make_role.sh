#!/bin/sh
# Makes the server's role and database when the database starts for the first time.
# The role that the image makes is a superuser, whom row-level security does not hold.
set -eu
psql --set=ON_ERROR_STOP=1 --username=postgres <<'SQL'
\getenv password DATABASE_PASSWORD
CREATE ROLE alcf_mcp LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE alcf_mcp OWNER alcf_mcp;
SQL
