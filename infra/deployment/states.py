"""What can be done with a stack in each of its states."""

from typing import Final, Literal

from infra.aws import Stack

Operation = Literal["create", "update", "recreate"]

# What a deployment does next, where it can do something.
NEXT: Final[dict[str, Operation]] = {
    "REVIEW_IN_PROGRESS": "create",  # somebody said no to the changes, or left the question unanswered
    "DELETE_COMPLETE": "create",
    "ROLLBACK_COMPLETE": "recreate",  # what is left of a first deployment that failed; it can only be deleted
    "CREATE_COMPLETE": "update",
    "UPDATE_COMPLETE": "update",
    "UPDATE_ROLLBACK_COMPLETE": "update",
    "IMPORT_COMPLETE": "update",
    "IMPORT_ROLLBACK_COMPLETE": "update",
}
_AT_WORK = "is being changed by somebody else ({status}): wait until `make doctor STAGE={stage}` says that it is done, then deploy again"
_AWS = "aws cloudformation"
# What its operator has to do before anything can be deployed.
_FIRST: Final[dict[str, str]] = {
    "CREATE_IN_PROGRESS": _AT_WORK,
    "UPDATE_IN_PROGRESS": _AT_WORK,
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": _AT_WORK,
    "IMPORT_IN_PROGRESS": _AT_WORK,
    "ROLLBACK_IN_PROGRESS": "failed to be created and is being taken back: wait until that is done, then deploy again",
    "UPDATE_ROLLBACK_IN_PROGRESS": "failed to be updated and goes back to what it was: wait until that is done, then deploy again",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": (
        "failed to be updated and goes back to what it was: wait until that is done, then deploy again"
    ),
    "IMPORT_ROLLBACK_IN_PROGRESS": _AT_WORK,
    "DELETE_IN_PROGRESS": "is being deleted: wait until it is gone, then deploy again",
    "CREATE_FAILED": f"was created in part and not taken back: `{_AWS} delete-stack --stack-name {{name}}`, then deploy again",
    "UPDATE_FAILED": f"was updated in part and not taken back: `{_AWS} rollback-stack --stack-name {{name}}`, then deploy again",
    "ROLLBACK_FAILED": (
        f"failed to be created, and something of it could not be taken back: mend what its events say, "
        f"`{_AWS} delete-stack --stack-name {{name}}`, then deploy again"
    ),
    "UPDATE_ROLLBACK_FAILED": (
        f"failed to be updated, and could not go back to what it was: mend what its events say, "
        f"`{_AWS} continue-update-rollback --stack-name {{name}}`, then deploy again"
    ),
    "IMPORT_ROLLBACK_FAILED": (
        f"could not go back to what it was before an import: mend what its events say, "
        f"`{_AWS} continue-update-rollback --stack-name {{name}}`, then deploy again"
    ),
    "DELETE_FAILED": (
        f"could not be deleted: mend what its events say, `{_AWS} delete-stack --stack-name {{name}}`, then deploy again"
    ),
}


def obstacle(stack: Stack) -> str:
    """Why the stack cannot be deployed to as it is, and what to do about it; empty where it can."""
    if stack.status in NEXT:
        return ""
    sentence = _FIRST.get(
        stack.status, "is in a state that is not known here ({status}): see what CloudFormation says of it"
    )
    stage = stack.name.removeprefix("harmonica-").removesuffix("-data")
    because = f" ({stack.reason})" if stack.reason else ""
    return f"{stack.name} {sentence.format(name=stack.name, stage=stage, status=stack.status)}{because}"
