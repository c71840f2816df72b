"""One server for many people: each signs in by their own client, and each has a server of their own inside.

Person                who it is: issuer and subject
GlobusSignIn          OAuth for the clients, in front of Globus Auth
SignIns               the Globus sign-ins behind the clients' tokens
People                the servers of those who are using this one
team_application()    the web application
"""
