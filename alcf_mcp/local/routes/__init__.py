"""The API's routes, one module a group. They read requests and write answers; what happens is elsewhere."""
