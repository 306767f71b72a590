import pytest

from local.permissions import audit
from local.permissions.extras import Extra
from local.permissions.roles import Call, Permission, Roles

BUCKET = "arn:aws:s3:::raw"


def allowed(action: str, resource: str = f"{BUCKET}/*", role: str = "Loader") -> Permission:
    return Permission(role=role, action=action, resource=resource)


def called(action: str, resource: str = f"{BUCKET}/crm-data/*", role: str = "Loader") -> Call:
    return Call(role=role, operation="s3 Something", action=action, resource=resource)


def roles(*found: Permission | Call) -> Roles:
    return Roles(
        permissions=frozenset(one for one in found if isinstance(one, Permission)),
        calls=frozenset(one for one in found if isinstance(one, Call)),
        with_policies_of_aws=frozenset(),
    )


def complaints(*found: Permission | Call, whole: bool = True, extra: str = "") -> list[str]:
    extras = [Extra(roles="*", actions=(extra,), because="of the test")] if extra else []
    return audit.complaints(roles(*found), extras, {}, whole=whole)


def test_called_and_allowed_is_right() -> None:
    assert complaints(allowed("s3:GetObject"), called("s3:GetObject")) == []


@pytest.mark.parametrize(
    "permission",
    [
        allowed("s3:PutObject"),
        allowed("s3:GetObject", resource=f"{BUCKET}/erp-data/*"),
        allowed("s3:GetObject", role="Reader"),
    ],
)
def test_call_that_is_not_allowed_is_told_after_any_run(permission: Permission) -> None:
    (complaint,) = complaints(permission, called("s3:GetObject"), whole=False)
    assert complaint.startswith(f"Loader lacks s3:GetObject on {BUCKET}/crm-data/*")


def test_permission_that_nobody_used_is_told_after_a_whole_run() -> None:
    unused = allowed("s3:DeleteObject")
    assert complaints(unused, whole=False) == []
    (complaint,) = complaints(unused)
    assert complaint.startswith(f"Loader may do s3:DeleteObject on {BUCKET}/*, which no test")


def test_extra_justifies_what_nobody_used() -> None:
    assert complaints(allowed("s3:DeleteObject"), extra="s3:Delete*") == []


def test_extra_that_is_used_is_none() -> None:
    found = complaints(allowed("s3:GetObject"), called("s3:GetObject"), extra="s3:GetObject")
    assert [one.partition(" on ")[0] for one in found] == ["Loader uses s3:GetObject"]


def test_extra_that_no_role_is_allowed_is_told() -> None:
    (complaint,) = complaints(extra="s3:GetObject")
    assert complaint.startswith("No role is allowed s3:GetObject of *")


def test_policy_that_aws_wrote_must_be_known() -> None:
    of_aws = Roles(
        permissions=frozenset(), calls=frozenset(), with_policies_of_aws=frozenset({"Gateway"})
    )
    assert list(audit.unknown_policies(of_aws, {"Gateway": "it can't be narrower"})) == []
    (complaint,) = audit.unknown_policies(of_aws, {})
    assert complaint.startswith("Gateway: ")
