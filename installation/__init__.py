"""A whole installation on one machine: its folder and secrets, its checks, its processes, its commands."""
