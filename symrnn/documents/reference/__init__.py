"""The pages beside those of networks: commands, public names of Python, recipes."""
