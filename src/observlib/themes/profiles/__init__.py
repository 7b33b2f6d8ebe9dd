"""Who answers, beside who lives in France."""
