"""What a Pulumi program imports; runs in the program's process."""
