"""Pages of networks: data first, then what writers make of it."""
