"""Published cells, each against a loop that was written from its paper."""
