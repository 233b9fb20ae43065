"""What all other folders speak in: Pythons, units, outcomes, groups, findings, graphs; nothing here runs a unit."""
