"""What analysts ask between editions: fetch exports, watch, plan a survey, describe an export."""
