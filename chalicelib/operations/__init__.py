"""What can be done with Harmonica, whatever the door: one module a subject, each with its operations, their inputs and outputs."""
