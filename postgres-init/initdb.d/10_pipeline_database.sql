-- The pipeline's database as RDS hands it over: empty, owned by a role that is no superuser.
\getenv password PIPELINE_OWNER_PASSWORD
CREATE ROLE pipeline_owner LOGIN CREATEROLE NOSUPERUSER NOCREATEDB PASSWORD :'password';
CREATE DATABASE pipeline OWNER pipeline_owner;
