"""Jobs that are submitted once other jobs have ended: planned within a call, submitted without one."""
