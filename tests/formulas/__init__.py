"""Printed formulas, read back as mathematics."""
