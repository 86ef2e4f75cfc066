"""How a fact becomes a simulation: people under a regimen, or a graft at a site."""
