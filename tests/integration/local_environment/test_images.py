"""The images hold what docs/docker.md says of them, and what the locks say, and no more."""

import json
import re
from collections.abc import Mapping

import psycopg
import pytest
from docker.models.containers import Container

from local import containers, images
from local.docker import Project
from local.setup_steps import ROOT
from local.state import Environment

LARGEST_MB = 700
# Debian's packages change a little from one point release to the next.
TOLERANCE = 0.1

INSTALLED = """
import importlib.metadata, json
names = {d.name.lower().replace("_", "-").replace(".", "-"): d.version
         for d in importlib.metadata.distributions()}
print(json.dumps(names))
"""


@pytest.fixture(scope="module")
def project(environment: Environment) -> Project:
    if environment.runtime != containers.RUNTIME:
        pytest.skip("About images: in the embedded runtime there are processes")
    return containers.project(environment.name)


@pytest.fixture
def localstack(project: Project) -> Container:
    [container] = project.containers("localstack")
    return container


def documented_sizes() -> Mapping[str, int]:
    """Megabytes of each image, by its name."""
    text = (ROOT / "docs" / "docker.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+)` \| (\d+) MB \|", text, re.MULTILINE)
    return {name: int(size) for name, size in rows}


def made_here(project: Project, image: str) -> bool:
    return images.SOURCES_LABEL in project.client.images.get(image).labels


def said(container: Container, *command: str) -> str:
    """What a program in the container prints."""
    code, output = container.exec_run(list(command), user="root")
    assert code == 0, output
    assert isinstance(output, bytes)
    return output.decode()


def locked(lock: str) -> dict[str, str]:
    """The versions that a lock names for Python 3.13 on Linux."""
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    pins = re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", text, re.MULTILINE)
    return {name.lower().replace("_", "-").replace(".", "-"): version for name, version in pins}


def test_no_image_is_larger_than_documented(project: Project) -> None:
    documented = documented_sizes()
    assert documented.keys() == {images.BASE, images.POSTGRES, images.LOCALSTACK}
    for image, expected in documented.items():
        if image != images.BASE and not made_here(project, image):
            continue
        megabytes = project.client.images.get(image).attrs["Size"] / 1e6
        assert megabytes == pytest.approx(expected, rel=TOLERANCE), image
        assert megabytes < LARGEST_MB


@pytest.mark.parametrize(
    ("environment_directory", "lock", "own"),
    [
        ("/opt/localstack", "localstack.txt", {"data-pipeline-localstack-plugins"}),
        ("/opt/lambda-runtime", "lambda-runtime.txt", set()),
    ],
)
def test_python_packages_are_those_of_the_lock(
    localstack: Container, environment_directory: str, lock: str, own: set[str]
) -> None:
    answer = said(localstack, f"{environment_directory}/bin/python", "-c", INSTALLED)
    installed: dict[str, str] = json.loads(answer)
    assert installed.keys() >= own
    assert {name: installed[name] for name in installed if name not in own} == locked(lock)


def test_localstack_runs_on_the_python_of_the_functions(localstack: Container) -> None:
    for environment_directory in ("/opt/localstack", "/opt/lambda-runtime"):
        version = said(localstack, f"{environment_directory}/bin/python", "--version")
        assert version.startswith("Python 3.13.")


def test_the_catalogue_of_services_is_in_the_image(localstack: Container) -> None:
    assert "service-catalog" in said(localstack, "find", "/usr/lib/localstack", "-type", "f")


def test_no_certificate_and_no_tool_of_the_build_stays_in_the_image(localstack: Container) -> None:
    kept = said(localstack, "ls", "/usr/local/share/ca-certificates", "/opt")
    assert kept.split() == [
        *("/opt:", "lambda-runtime", "localstack"),
        "/usr/local/share/ca-certificates:",
    ]
    found = said(localstack, "find", "/", "-xdev", "-name", "certificates", "-path", "*secrets*")
    assert found == ""


@pytest.mark.usefixtures("project")
def test_postgresql_has_its_contrib_modules_and_compiles_queries(environment: Environment) -> None:
    with psycopg.connect(environment.admin_conninfo()) as connection:
        row = connection.execute("""
            SELECT current_setting('server_version_num')::int / 10000, pg_jit_available(),
                   count(*) FILTER (WHERE name IN ('pg_stat_statements', 'pg_trgm', 'hstore'))
              FROM pg_available_extensions
        """).fetchone()
    assert row == (17, True, 3)
