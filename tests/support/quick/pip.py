"""Replaces `pip list`, with which the CLI looks for plugins of installed packages: no package here has one.

The real one takes two of the three seconds of every command.
"""

print("[]")
