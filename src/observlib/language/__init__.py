"""French: numbers, typography, words of estimates."""
