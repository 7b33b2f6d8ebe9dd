"""Partners: what our users ask and report in the domains of other administrations."""
