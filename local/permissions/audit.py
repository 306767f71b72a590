"""What is wrong with the roles' policies, in the words of whoever can mend them."""

from collections.abc import Iterable, Iterator, Mapping

from local.permissions.extras import Extra
from local.permissions.roles import Permission, Roles


def not_allowed(roles: Roles) -> Iterator[str]:
    """Each call that AWS would have refused."""
    for call in sorted(roles.calls):
        if not any(map(call.is_covered_by, roles.permissions)):
            yield (
                f"{call.role} lacks {call.action} on {call.resource}, which {call.operation} "
                "needs: allow it where infra/components makes the role, or, if a test made the "
                "resource, give that a name that begins with test-"
            )


def never_used(roles: Roles, extras: Iterable[Extra]) -> Iterator[str]:
    """Each permission that no call used and no extra justifies."""
    known = tuple(extras)
    for permission in sorted(roles.permissions - _used(roles)):
        if not any(extra.covers(permission) for extra in known):
            yield (
                f"{permission.role} may do {permission.action} on {permission.resource}, which "
                "no test made it do: take it out of infra/components, test what needs it with "
                "the deployed function, or give its reason in local/permissions/extras.py"
            )


def wrong_extras(roles: Roles, extras: Iterable[Extra]) -> Iterator[str]:
    """Each extra that justifies nothing, or what needs no justification."""
    used = _used(roles)
    for extra in extras:
        covered = {permission for permission in roles.permissions if extra.covers(permission)}
        name = f"{', '.join(extra.actions)} of {extra.roles}"
        if not covered:
            yield f"No role is allowed {name}: take it out of local/permissions/extras.py"
        for permission in sorted(covered & used):
            yield (
                f"{permission.role} uses {permission.action} on {permission.resource}: it is no "
                "extra, take it out of local/permissions/extras.py"
            )


def unknown_policies(roles: Roles, known: Mapping[str, str]) -> Iterator[str]:
    """Each role with a policy that AWS wrote, unless it is known to have one."""
    for role in sorted(roles.with_policies_of_aws ^ known.keys()):
        yield (
            f"{role}: a policy that AWS wrote allows more than is needed; give the role one of "
            "its own, and name in local/permissions/extras.py just those that can't have any"
        )


def _used(roles: Roles) -> frozenset[Permission]:
    return frozenset(
        permission
        for permission in roles.permissions
        if any(call.is_covered_by(permission) for call in roles.calls)
    )


def complaints(
    roles: Roles, extras: Iterable[Extra], policies_of_aws: Mapping[str, str], *, whole: bool
) -> list[str]:
    """All that is wrong; what was never used only after a whole run of the tests."""
    known = tuple(extras)
    return [
        *unknown_policies(roles, policies_of_aws),
        *not_allowed(roles),
        *wrong_extras(roles, known),
        *(never_used(roles, known) if whole else ()),
    ]
