"""The tools: ``catalog`` lists them, each group has a module or package, ``tool`` declares and loads them."""
