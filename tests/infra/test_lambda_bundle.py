"""The bundle: reproducible, small enough, and fit for AWS's runtime."""

import os
import shutil
import ssl
import subprocess
import zipfile
from pathlib import Path

import pytest

from data_pipeline.aws import secrets
from infra import lambda_bundle
from infra.lambda_bundle import BundleError

RUNTIME = lambda_bundle.ROOT / ".toolchain" / "lambda-runtime" / "bin" / "python"
HANDLERS = (
    "data_pipeline.ingestion.handler",
    "data_pipeline.migrator.handler",
    "data_pipeline.analytics.handler",
    "data_pipeline.jobs.runner",
    "data_pipeline.jobs.handler",
    "data_pipeline.rotation.handler",
)
SETTINGS = {
    "DATABASE_SECRET_ID": "secret",
    "WRITER_SECRET_ID": "secret",
    "READER_SECRET_ID": "secret",
    "ALERT_TOPIC_ARN": "topic",
    "QUERY_CACHE_TABLE": "table",
    "CACHE_TTL_SECONDS": "1",
    "JOBS_TABLE": "table",
    "RESULTS_BUCKET": "bucket",
    "STATE_MACHINE_ARN": "state machine",
    "POWERTOOLS_SERVICE_NAME": "service",
    "POWERTOOLS_METRICS_NAMESPACE": "namespace",
}


@pytest.fixture(scope="module")
def bundle() -> Path:
    return lambda_bundle.build().path


@pytest.fixture(scope="module")
def unpacked(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(directory)
    return directory


def checkout(directory: Path) -> Path:
    """Another checkout of what the bundle is made from."""
    root = lambda_bundle.ROOT
    for path in (lambda_bundle.REQUIREMENTS, lambda_bundle.UV.parent.parent):
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(root / lambda_bundle.REQUIREMENTS, directory / lambda_bundle.REQUIREMENTS)
    shutil.copytree(root / lambda_bundle.PACKAGE, directory / lambda_bundle.PACKAGE)
    toolchain = lambda_bundle.UV.parent.parent
    (directory / toolchain).symlink_to(root / toolchain)
    (directory / lambda_bundle.VIEWER.parent).mkdir()
    for module in (lambda_bundle.VIEWER, Path(*lambda_bundle.AUTHORITIES.parts[:2])):
        (directory / module).symlink_to(root / module)
    return directory


def test_another_checkout_gives_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    umask = os.umask(0o077)
    try:
        other = lambda_bundle.build(checkout(tmp_path / "elsewhere")).path
    finally:
        os.umask(umask)
    assert other.read_bytes() == bundle.read_bytes()


def test_changed_code_gives_another_bundle(bundle: Path, tmp_path: Path) -> None:
    root = checkout(tmp_path)
    module = root / lambda_bundle.PACKAGE / "__init__.py"
    module.write_text(module.read_text() + "\nCHANGED = True\n")
    assert lambda_bundle.build(root).path.name != bundle.name


def test_unchanged_code_is_not_built_again(bundle: Path) -> None:
    made = bundle.stat().st_mtime_ns
    assert lambda_bundle.build().path.stat().st_mtime_ns == made


def test_bundle_is_small_enough(bundle: Path, unpacked: Path) -> None:
    assert bundle.stat().st_size <= 50 * lambda_bundle.MEBIBYTE
    unzipped = sum(path.stat().st_size for path in unpacked.rglob("*") if path.is_file())
    assert unzipped <= lambda_bundle.LARGEST_UNZIPPED


def test_too_large_a_bundle_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_bundle, "LARGEST_ZIPPED", lambda_bundle.MEBIBYTE)
    root = checkout(tmp_path)
    with pytest.raises(BundleError, match="MiB zipped; the limit is 1 MiB"):
        lambda_bundle.build(root)
    assert not list((root / lambda_bundle.OUTPUT).iterdir())


def test_missing_toolchain_is_named(tmp_path: Path) -> None:
    root = checkout(tmp_path)
    (root / lambda_bundle.UV.parent.parent).unlink()
    with pytest.raises(BundleError, match="make toolchain"):
        lambda_bundle.build(root)


def test_bundle_holds_sql_and_licences(unpacked: Path) -> None:
    assert list((unpacked / "data_pipeline").rglob("*.sql"))
    assert list(unpacked.glob("*.dist-info/licenses/*"))


def test_bundle_holds_the_authorities_of_rds_and_its_proxy(unpacked: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(unpacked / "certificates" / "rds.pem")
    names = str([authority["subject"] for authority in context.get_ca_certs()])
    for authority in ("RDS eu-central-1 Root CA RSA2048 G1", "RDS us-east-1 Root CA", "Root CA 1"):
        assert f"Amazon {authority}" in names


def test_functions_find_the_authorities(unpacked: Path) -> None:
    package = lambda_bundle.ROOT / lambda_bundle.PACKAGE
    assert unpacked / secrets.AUTHORITIES.relative_to(package.parent) == (
        unpacked / "certificates" / "rds.pem"
    )


def test_bundle_holds_no_trace_of_the_machine(bundle: Path, unpacked: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        entries = archive.infolist()
    assert {entry.date_time for entry in entries} == {lambda_bundle.TIMESTAMP}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    here = str(lambda_bundle.ROOT).encode()
    for path in unpacked.rglob("*"):
        assert path.name not in lambda_bundle.INSTALLER_RECORDS
        assert path.is_dir() or here not in path.read_bytes(), path


@pytest.mark.parametrize("handler", HANDLERS)
def test_handlers_import_in_the_functions_runtime(handler: str, unpacked: Path) -> None:
    module = subprocess.run(
        [str(RUNTIME), "-c", f"import {handler} as module; print(callable(module.handle))"],
        env={"PYTHONPATH": str(unpacked), "PYTHONDONTWRITEBYTECODE": "1", **SETTINGS},
        capture_output=True,
        text=True,
        check=False,
    )
    assert module.stdout.strip() == "True", module.stderr
