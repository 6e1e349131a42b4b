"""Pages of the panel, one module a domain."""
