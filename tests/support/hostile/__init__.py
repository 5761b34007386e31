"""Hostile files of our own making: every kind of container, document and name, from one seed, nothing of it stored."""
