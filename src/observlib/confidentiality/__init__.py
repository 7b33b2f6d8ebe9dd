"""Confidentiality: small counts are withheld here; redaction of texts has its room here too."""
