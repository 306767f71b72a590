"""Rules of cdk-nag's AwsSolutions pack that a construct breaks on purpose, each with its reason.

The pack itself: https://github.com/cdklabs/cdk-nag/blob/main/RULES.md#awssolutions
"""

from aws_cdk import Acknowledgment, CfnElement, Stack, Validations
from constructs import IConstruct


def accept(construct: IConstruct, rule: str, *, because: str) -> None:
    """Accepts that the construct, or what it consists of, breaks a rule.

    Args:
        construct: the resource.
        rule: its name, such as `AwsSolutions-S1`. Where a rule has several findings, also which
            one, in brackets.
        because: why the rule does not apply, or what else protects.
    """
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=because))


def accept_resources(
    construct: IConstruct, owner: IConstruct, suffix: str, *, because: str
) -> None:
    """Accepts that a policy below `construct` names all that `owner` holds, by a wildcard.

    Args:
        construct: the role, or what has one.
        owner: the resource whose ARN comes before the wildcard; of the construct's stack.
        suffix: what follows that ARN in the policy, such as `/*`.
        because: why the wildcard is as narrow as it can be.

    Raises:
        TypeError: the owner is made of more than one resource.
    """
    resource = owner.node.default_child
    if not isinstance(resource, CfnElement):
        raise TypeError(f"{owner.node.path} is no single resource.")
    logical_id = Stack.of(owner).resolve(resource.logical_id)
    accept(construct, f"AwsSolutions-IAM5[Resource::<{logical_id}.Arn>{suffix}]", because=because)
