"""The tasks of `/invocations`."""
