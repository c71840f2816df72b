"""The API's routes, one module per group. They read requests and write responses; the work is elsewhere."""
