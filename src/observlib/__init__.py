"""A shared library of loaders and indicators for an observatory of the users of public services.

Data goes one way: raw export → tidy table → estimates → study → publication.
"""

__version__ = "0.1.0"
