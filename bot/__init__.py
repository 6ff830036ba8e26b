"""Relais: everything that is ours, one room for each noun of the field."""
