"""The graph style: boxes on a trunk with branches beside it, in columns as a slide has room for."""
