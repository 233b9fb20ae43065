"""What all other folders speak in: Pythons, units, outcomes, groups and findings; nothing here runs or builds."""
