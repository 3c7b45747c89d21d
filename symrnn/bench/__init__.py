"""symrnn raced against other libraries: the same numbers first, then the time they take.

=============  ==========================================  ===============
stage          what                                        where
=============  ==========================================  ===============
choose         workloads as data; the table of goals       workloads
prepare        arrays, and what must come out of them      case
line up        one adapter for each library                contenders
race           interleaved rounds, medians                 timing, race
compare        what the machine itself can do              limits, roofline
tell           table, JSON, plot, bench/RESULTS.md         report, plot
=============  ==========================================  ===============

Each thread count has a process of its own (``child``), since libraries read it when they load.
"""
