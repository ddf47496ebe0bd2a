"""The resources that a Pulumi program imports; this code runs in the program's process."""
