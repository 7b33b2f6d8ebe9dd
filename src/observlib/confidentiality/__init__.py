"""Confidentiality: primary and secondary suppression; redaction of texts has its room here too."""
