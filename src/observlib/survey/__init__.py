"""Survey statistics: intervals now; weighting, estimation and comparison have their room here."""
