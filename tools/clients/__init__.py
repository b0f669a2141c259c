"""Generates a client with each of many generators, compiles it, and calls the running service with it.

Read `table.py` for the generators, `kits.py` for what is done with each, `callers/` for the programs that call.
"""
