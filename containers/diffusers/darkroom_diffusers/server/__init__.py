"""HTTP: the two routes of the hosting contract, health, and the one queue in front of the GPU."""
