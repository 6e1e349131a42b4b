"""Requests of people in a pair: what may be asked, how it is decided, what follows."""
