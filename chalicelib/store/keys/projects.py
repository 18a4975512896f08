"""Keys of items in `projects`."""

PROJECT, TIES, SUBPROJECTS = "project", "session#", "child#"
AFTER_TIES, AFTER_SUBPROJECTS = "session$", "child$"


def tie(session_id: str) -> str:
    """`session#<session_id>`: a session of a project."""
    return f"{TIES}{session_id}"


def subproject(project_id: str) -> str:
    """`child#<project_id>`: a project within a project."""
    return f"{SUBPROJECTS}{project_id}"
