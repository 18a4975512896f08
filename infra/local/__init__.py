"""The local cloud: the AWS APIs and the application in one process, with its data on disk."""
