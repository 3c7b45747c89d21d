"""A model of what a kernel costs by number of threads, from its schedule: no cell has a line in it.

``header`` asks the C how it divides work, ``nests`` reads a schedule as loop nests at given sizes,
``machine`` has a machine's constants, ``times`` puts these together, ``page`` tells the outcome.
"""
