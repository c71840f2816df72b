"""How quick, how small and how sparing the server is: ratios, measured side by side in one run."""
