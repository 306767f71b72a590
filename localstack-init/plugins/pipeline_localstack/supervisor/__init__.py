"""The process between LocalStack and a function: it isolates, watches and ends the function.

Standard library only, because it is started with `-I -S` to be quick and to inherit nothing.
"""
