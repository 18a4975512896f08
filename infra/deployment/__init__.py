"""How a stack gets deployed: the bucket that it is read from, the changes that are shown before, what is told where it fails."""


class DeploymentFailed(Exception):
    """A stack did not reach the state it was asked for, or was not touched; says why."""
