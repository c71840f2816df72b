"""One server for many people: each signs in by their own client, and each has a server of their own inside.

- ``Person``: who it is, by issuer and subject.
- ``GlobusSignIn``: OAuth for the clients, in front of Globus Auth, and the sign-ins behind their tokens.
- ``People``: the servers of those who are using this one.
- ``Team``: all parts of one replica, put together.
"""
