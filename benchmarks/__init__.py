"""How fast, small and economical the server is: ratios, measured side by side in one run."""
